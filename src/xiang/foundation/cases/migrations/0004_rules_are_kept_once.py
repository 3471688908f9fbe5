import hashlib
import json
from collections import defaultdict
from itertools import islice

from django.db import migrations

AT_ONCE = 5000


def keep_once(apps, schema_editor):
    """The digest is that of ``cases.freezing.freeze`` as it was when this was written."""
    Case, CaseRules = apps.get_model('cases', 'Case'), apps.get_model('cases', 'CaseRules')
    there = set()
    rows = Case.objects.order_by().values_list('id', 'rules').iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        by_digest = defaultdict(list)
        for case_id, rules in some:
            text = json.dumps(rules, sort_keys=True, ensure_ascii=False, separators=(',', ':'))
            digest = hashlib.new('sm3', text.encode()).hexdigest()
            if digest not in there:
                CaseRules.objects.create(digest=digest, content=rules)
                there.add(digest)
            by_digest[digest].append(case_id)
        for digest, ids in by_digest.items():
            for at in range(0, len(ids), 500):
                Case.objects.filter(id__in=ids[at : at + 500]).update(kept_rules_id=digest)


def spread_again(apps, schema_editor):
    Case, CaseRules = apps.get_model('cases', 'Case'), apps.get_model('cases', 'CaseRules')
    for kept in CaseRules.objects.all():
        Case.objects.filter(kept_rules_id=kept.digest).update(rules=kept.content)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_rules_that_cases_share'),
    ]

    operations = [
        migrations.RunPython(keep_once, spread_again),
    ]
