"""The OpenAPI document is true of what the application answers: Schemathesis looks for the gap."""

import hypothesis
import pytest
import schemathesis
from schemathesis import checks

from service.api.openapi import document
from service.api.operations import OPERATIONS
from service.app import create_app
from service.domain.moderator import Role
from service.domain.scope import Scope
from service.workflows.administer import add_moderator, issue_key
from tests.builders import BLOG, NOON, PASSWORD
from tests.conftest import SECRET
from tests.examples import examples, seed

_EXAMPLES = examples(25)


def test_every_operation_is_described(app):
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in _OPEN
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(row.method, "/api/v1" + row.path) for row in OPERATIONS}


_OPEN = {"api.static", "api.docs", "api.openapi_json"}


def test_the_document_served_is_the_document(client):
    answer = client.get("/api/v1/openapi.json")
    assert (answer.get_json()["openapi"], answer.get_json()) == ("3.1.0", document())


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_answers_are_what_the_document_says(runtime, store, site_key, row):
    add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    key = issue_key(
        BLOG,
        name="all",
        scopes=frozenset(Scope),
        acts_for="ana",
        store=store,
        secret=SECRET,
        now=NOON,
    ).text
    app = create_app(runtime)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operation = schema.include(operation_id=row.name)
    statuses = []

    @hypothesis.seed(seed(5))
    @hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=_cases(operation))
    def ask(case):
        case.headers["Authorization"] = f"Bearer {key}"
        answer = case.call()
        statuses.append(answer.status_code)
        case.validate_response(
            answer,
            checks=[
                checks.not_a_server_error,
                schemathesis.specs.openapi.checks.status_code_conformance,
                schemathesis.specs.openapi.checks.content_type_conformance,
                schemathesis.specs.openapi.checks.response_schema_conformance,
            ],
        )

    ask()
    assert statuses
    assert max(statuses) < 500


def _cases(schema):
    (found,) = [result.ok() for result in schema.get_all_operations()]
    return found.as_strategy()
