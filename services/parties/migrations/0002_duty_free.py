"""A mandate says by which exemption it bears no stamp duty; "of the closest family" was all that was asked before."""

from django.db import migrations, models


def keep_family(apps, schema_editor):
    apps.get_model("parties", "PartyLink").objects.filter(is_close_family=True).update(duty_free="family")


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_parties_and_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="partylink",
            name="duty_free",
            field=models.CharField(
                blank=True,
                choices=[
                    ("spouse", "pełnomocnik jest małżonkiem mocodawcy"),
                    ("ascendant", "pełnomocnik jest rodzicem, dziadkiem albo babcią mocodawcy"),
                    ("descendant", "pełnomocnik jest dzieckiem, wnukiem albo wnuczką mocodawcy"),
                    ("sibling", "pełnomocnik jest bratem albo siostrą mocodawcy"),
                    ("family", "pełnomocnik jest z najbliższej rodziny mocodawcy"),
                    ("receipt", "poświadczone notarialnie lub przez urząd, tylko do odbioru dokumentów"),
                    ("foreign", "mocodawcą jest państwo obce albo organizacja międzynarodowa"),
                    ("budget", "mocodawcą jest jednostka budżetowa"),
                    ("local", "mocodawcą jest gmina, powiat albo województwo"),
                    ("charity", "mocodawcą jest organizacja pożytku publicznego, w nieodpłatnej działalności"),
                    ("poverty", "mocodawca korzysta z pomocy społecznej z powodu ubóstwa"),
                ],
                max_length=10,
                verbose_name="zwolnienie z opłaty skarbowej",
            ),
        ),
        migrations.RunPython(keep_family, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="partylink",
            name="is_close_family",
        ),
    ]
