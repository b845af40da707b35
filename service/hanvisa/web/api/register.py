"""The register's plain resources, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanvisa.directory.repositories import plain as kinds
from hanvisa.ids import new_id
from hanvisa.policy.facts import Operation
from hanvisa.policy.model import Decision
from hanvisa.policy.telephone_managers import ManagerFacts, decide_telephone_manager
from hanvisa.web import plain_models as models
from hanvisa.web.plain import Resource, routes
from hanvisa.web.roles import Action
from hanvisa.web.routing import Ask

_ORGANISATION = (Action.READ_ORGANISATION, Action.CHANGE_REGISTER)
_TELEPHONY = (Action.READ_TELEPHONY, Action.CHANGE_REGISTER)
_REASONS = (Action.READ_REASONS, Action.CHANGE_REGISTER)


def _telephone_manager(
    ask: Ask[Any, Any], row: Mapping[str, Any], given: Mapping[str, Any]
) -> Decision | None:
    """T1, where one is given or the operation moves. That there is none is a fault on the follow-up report."""
    manager = row["telephone_manager_id"]
    if manager is None or not {"telephone_manager_id", "organisation_id"} & given.keys():
        return None
    operation = Operation(row.get("id") or new_id(), row["name"], row["organisation_id"])
    return decide_telephone_manager(ManagerFacts(operation, ask.register.person(manager)))


RESOURCES = (
    Resource("/organisations", "organisation", kinds.ORGANISATIONS, models.Organisation, *_ORGANISATION),
    Resource(
        "/operations",
        "operation",
        kinds.OPERATIONS,
        models.Operation,
        *_ORGANISATION,
        rule=_telephone_manager,
    ),
    Resource("/departments", "department", kinds.DEPARTMENTS, models.Department, *_ORGANISATION),
    Resource("/cost-centres", "cost centre", kinds.COST_CENTRES, models.CostCentre, *_ORGANISATION),
    Resource("/sites", "site", kinds.SITES, models.Site, *_ORGANISATION),
    Resource("/groups", "group", kinds.GROUPS, models.Group, *_ORGANISATION),
    Resource("/switchboards", "switchboard", kinds.SWITCHBOARDS, models.Switchboard, *_ORGANISATION),
    Resource("/codes", "code", kinds.CODES, models.Code, *_ORGANISATION),
    Resource("/carriers", "carrier", kinds.CARRIERS, models.Carrier, *_ORGANISATION),
    Resource("/phones", "phone", kinds.PHONES, models.Phone, *_TELEPHONY),
    Resource("/extensions", "extension", kinds.EXTENSIONS, models.ExtensionFields, *_TELEPHONY),
    Resource("/numbers", "number", kinds.NUMBERS, models.OutsideNumber, *_TELEPHONY),
    Resource(
        "/absence-reasons",
        "reason of absence",
        kinds.REASONS,
        models.AbsenceReason,
        *_REASONS,
        key="code",
        made=False,
    ),
)
ROUTES = tuple(route for resource in RESOURCES for route in routes(resource))
