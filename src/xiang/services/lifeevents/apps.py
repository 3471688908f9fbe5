from django.apps import AppConfig


class LifeeventsConfig(AppConfig):
    name = "xiang.services.lifeevents"
    label = "lifeevents"
    verbose_name = "高效办成一件事"

    def ready(self) -> None:
        from xiang.foundation.parties import delegable
        from xiang.services.applications import addresses, receipt, refilling
        from xiang.services.applications.operations import register_form
        from xiang.services.applications.registrars import registrars
        from xiang.services.lifeevents import children, delegating, loading, panels, procedure, receipts  # noqa: F401
        from xiang.services.lifeevents import companies as records
        from xiang.services.lifeevents.operations import subscribe_to_cases
        from xiang.services.lifeevents.operations.filling import event_of, form_of
        from xiang.services.lifeevents.vendors.demo import companies, registers

        loading.register()
        subscribe_to_cases()
        panels.register()
        refilling.register_spread("life_event", children.spread)
        receipt.register("life_event", receipt.Kind(receipts.form_of_case, receipts.paper_means))
        addresses.register("life_event", "lifeevents:draft")
        register_form("life_event", lambda draft: form_of(event_of(draft), draft))
        records.register()
        delegable.offer(delegating.offered)
        for register in (*registers.ALL, *companies.ALL):
            registrars.register(register)
