from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets_tests.sandbox.jira.conftest import CLOUD, DATA_CENTER, JiraClient


def test_projects_are_listed_searched_and_found(jira: JiraClient) -> None:
    assert [one["key"] for one in jira.found(f"{CLOUD}/project")] == ["PAY", "WEB_2", "OPS"]
    assert [one["key"] for one in jira.walked(f"{CLOUD}/project/search", "values", maxResults=2)] == [
        "OPS",
        "PAY",
        "WEB_2",
    ]
    assert [one["key"] for one in jira.found(f"{CLOUD}/project/search", keys="WEB_2,NOPE")["values"]] == ["WEB_2"]
    shop = jira.found(f"{CLOUD}/project/WEB_2")
    assert (shop["style"], shop["simplified"]) == ("next-gen", True)
    assert jira.found(f"{CLOUD}/project/{shop['id']}")["key"] == "WEB_2"
    assert "style" not in jira.found(f"{DATA_CENTER}/project/WEB_2")
    missing = jira.ask(f"{CLOUD}/project/NOPE")
    assert missing.status_code == 404
    assert missing.json()["errorMessages"] == ["No project could be found with key 'NOPE'."]


def test_pages_of_the_platform_name_the_next_one(jira: JiraClient) -> None:
    first = jira.found(f"{CLOUD}/project/search", maxResults=2)
    assert first["nextPage"] == f"{jira.base}{CLOUD}/project/search?maxResults=2&startAt=2"
    last = jira.get(first["nextPage"], timeout=10).json()
    assert last["isLast"] is True
    assert "nextPage" not in last


def test_both_lists_of_statuses_say_the_same(jira: JiraClient, jira_world: JiraWorld) -> None:
    names = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
    listed = {
        one["id"]: (one["name"], names[one["statusCategory"]["key"]], one.get("scope", {}).get("project"))
        for one in jira.found(f"{CLOUD}/status")
    }
    searched = {
        one["id"]: (one["name"], one["statusCategory"], one["scope"].get("project"))
        for one in jira.walked(f"{CLOUD}/statuses/search", "values", maxResults=5)
    }
    assert listed == searched
    view = jira_world.at()
    assert set(listed) == {status.id for status, _ in view.statuses}
    assert set(listed) < {status.id for status in jira_world.statuses}


def test_workflows_tell_their_transitions_only_when_asked(jira: JiraClient, jira_world: JiraWorld) -> None:
    assert "transitions" not in jira.found(f"{CLOUD}/workflows/search")["values"][0]
    body = jira.found(f"{CLOUD}/workflows/search", expand="values.transitions")
    ids = {one["statusReference"]: one["id"] for one in body["statuses"]}
    for shown, workflow in zip(body["values"], jira_world.workflows, strict=True):
        assert shown["name"] == workflow.name
        assert [
            (one["name"], [ids[link["fromStatusReference"]] for link in one["links"]], ids[one["toStatusReference"]])
            for one in shown["transitions"]
            if all(link["fromStatusReference"] in ids for link in one["links"])
        ] == [
            (one.name, list(one.from_ids), one.to_id)
            for one in workflow.transitions
            if set(one.from_ids) <= set(ids.values())
        ]
    assert [one["name"] for one in jira.found(f"{DATA_CENTER}/workflow")] == [one.name for one in jira_world.workflows]


def test_fields_tell_what_they_are_by_their_schema(jira: JiraClient) -> None:
    fields = {one["id"]: one for one in jira.found(f"{CLOUD}/field")}
    assert fields["customfield_10020"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-sprint"
    assert fields["customfield_10026"]["name"] == "Story Points"
    assert fields["customfield_10026"]["schema"] == {
        "type": "number",
        "custom": "com.atlassian.jira.plugin.system.customfieldtypes:float",
        "customId": 10026,
    }
    assert fields["status"]["schema"] == {"type": "status", "system": "status"}


def test_persons_are_listed_on_both_flavors(jira: JiraClient, jira_world: JiraWorld) -> None:
    ids = [person.account_id for person in jira_world.people]
    assert [one["accountId"] for one in jira.found(f"{CLOUD}/users/search")] == ids
    assert [one["accountId"] for one in jira.found(f"{CLOUD}/users/search", startAt=3, maxResults=2)] == ids[3:5]
    active = [person.account_id for person in jira_world.people if person.is_active]
    assert [one["key"] for one in jira.found(f"{DATA_CENTER}/user/search", username=".")] == active
    everybody = jira.found(f"{DATA_CENTER}/user/search", username=".", includeInactive="true")
    assert [one["key"] for one in everybody] == ids
    assert jira.ask(f"{DATA_CENTER}/user/search").status_code == 400
    assert jira.ask(f"{DATA_CENTER}/users/search").status_code == 404


def test_a_person_is_found_by_the_name_of_the_flavor(jira: JiraClient, jira_world: JiraWorld) -> None:
    person = jira_world.people[0]
    assert jira.found(f"{CLOUD}/user", accountId=person.account_id)["displayName"] == person.name
    assert jira.found(f"{DATA_CENTER}/user", username=str(person.login))["key"] == person.account_id
    assert jira.ask(f"{CLOUD}/user", accountId="nobody").status_code == 404


def test_apps_and_former_members_are_told_apart(jira: JiraClient, jira_world: JiraWorld) -> None:
    shown = {one["accountId"]: (one["accountType"], one["active"]) for one in jira.found(f"{CLOUD}/users/search")}
    assert shown == {
        person.account_id: ("app" if person.is_app else "atlassian", person.is_active) for person in jira_world.people
    }
    assert {("app", True), ("atlassian", False)} <= set(shown.values())


def test_statuses_of_a_project_are_those_of_its_workflow(jira: JiraClient, jira_world: JiraWorld) -> None:
    view: JiraView = jira_world.at()
    project = next(one for one in view.projects if one.key == "WEB_2")
    workflow = next(one for one in view.workflows if one.name == project.workflow_name)
    there = {status.id for status, _ in view.statuses}
    for issue_type in jira.found(f"{CLOUD}/project/WEB_2/statuses"):
        assert {one["id"] for one in issue_type["statuses"]} == set(workflow.status_ids) & there
