"""Sessions that know whose they are, and keys of programs. Sessions of before end: people sign in once more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0008_shared_cache"),
        ("municipalities", "0002_head_title_genitive"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProgramKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="program")),
                ("fingerprint", models.CharField(max_length=64, unique=True, verbose_name="odcisk")),
                ("made_at", models.DateTimeField(verbose_name="utworzony")),
                ("expires_at", models.DateTimeField(verbose_name="wygasa")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="wycofany")),
                ("reminded_at", models.DateTimeField(null=True, verbose_name="przypomniano")),
                ("used_at", models.DateTimeField(null=True, verbose_name="ostatnio użyty")),
                ("used_from", models.GenericIPAddressField(null=True, verbose_name="z adresu IP")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="program_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "klucz programu",
                "verbose_name_plural": "klucze programów",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sesja",
                "verbose_name_plural": "sesje",
                "abstract": False,
            },
        ),
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
    ]
