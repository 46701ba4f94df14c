"""Applications of before become filings of the one mechanism; what the planner confirmed becomes a property."""

import json
from hashlib import sha256

from django.db import migrations

SCOPES = {"both": "wypis i wyrys", "text": "tylko wypis (tekst)", "drawing": "tylko wyrys (rysunek)"}


def to_filings(apps, _schema):
    applications = apps.get_model("extracts", "ExtractApplication").objects.select_related("case")
    filings = apps.get_model("catalogue", "Filing").objects
    properties = apps.get_model("cases", "CaseProperty").objects
    for old in applications.iterator():
        answers = {"parcels": old.parcels, "scope": old.scope, "as_of": old.as_of.isoformat()}
        told = [
            ["Działki", ", ".join(old.parcels)],
            ["Co ma zawierać dokument?", SCOPES[old.scope]],
            ["Stan prawny na dzień", f"{old.as_of:%d.%m.%Y}"],
        ]
        if old.purpose:
            answers["purpose"] = old.purpose
            told.append(["Do czego potrzebujesz dokumentu?", old.purpose])
        text = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        filings.create(
            case=old.case, municipality_id=old.case.municipality_id, form_version="0", answers=answers, told=told,
            sha256=sha256(text.encode()).hexdigest(), receipt=f"UPO/{old.case.municipality_id}/{old.case_id}",
            filed_at=old.case.filed_at,
        )  # fmt: skip
        if old.confirmed_slivers:
            properties.create(case=old.case, name="confirmed-slivers", value=old.confirmed_slivers)


class Migration(migrations.Migration):
    dependencies = [
        ("extracts", "0001_initial"),
        ("cases", "0006_properties"),
        ("catalogue", "0004_editions"),
    ]

    operations = [
        migrations.RunPython(to_filings),
        migrations.DeleteModel(name="ExtractApplication"),
    ]
