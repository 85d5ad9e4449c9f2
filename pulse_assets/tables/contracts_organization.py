"""The contracts of the tables that bring GitHub and Jira together; each is one partition, `all`."""

from pulse_assets.tables.schema import Column, Reference, Table, count, hours, optional, required

#: The only partition of these tables.
WHOLE = "all"
EVIDENCE = ("declared", "name", "work")

JIRA_ACCOUNTS = Table(
    "jira_accounts",
    "One row per account of Jira that appears in a collected issue of any project.",
    "clean",
    "clean",
    ("account_id",),
    (
        required("account_id", "string", "Jira's key of the account; e-mail addresses are not kept."),
        optional("name", "string", "Name as shown."),
        required("is_active", "boolean", "The account can log in."),
        required("is_bot", "boolean", "It is an app."),
    ),
    family="organization",
)

ORGANIZATION_FACTS = (
    Table(
        "issue_links",
        "One row per pull request and key of an issue that it names in its title, branch, body or commits.",
        "facts",
        "facts",
        ("repository", "number", "key"),
        (
            required("repository", "string", "Full name of the repository, owner/name."),
            required("number", "integer", "Number of the pull request within its repository."),
            required("key", "string", "Key as the issue has it today; as it is named where no issue has it."),
            required("named_key", "string", "Key as the pull request names it; an old one after a move."),
            optional("project", "string", "Key of the project; null where no collected issue has the key."),
            required("found_in", "string", "Where it is named: title, branch, body, commit; comma separated."),
            required("is_counted", "boolean", "A collected issue has the key."),
            optional("reason", "string", "Why it is not counted.", allowed=("unknown_issue",)),
        ),
        family="organization",
    ),
    Table(
        "person_matches",
        "One row per account of Jira and login of GitHub that may be one person, with the evidence.",
        "facts",
        "facts",
        ("account_id", "login"),
        (
            required("account_id", "string", "Jira's key of the account."),
            required("login", "string", "Account of GitHub."),
            required("is_declared", "boolean", "The file of the people says so."),
            required("is_rejected", "boolean", "The file of the people says that they are two."),
            required("is_same_name", "boolean", "Both show the same name, which nobody else shows."),
            count("shared_count", "Pull requests of the login that name an issue assigned to the account."),
            Column(
                "shared_ratio",
                "float",
                "Part of the login's pull requests that name an assigned issue, 0..1; null where none does.",
                minimum=0,
            ),
            required("is_accepted", "boolean", "They are taken for one person."),
            optional(
                "reason",
                "string",
                "Why they are not.",
                allowed=("rejected", "declared_otherwise", "too_little_evidence", "better_match"),
            ),
        ),
        family="organization",
    ),
    Table(
        "people",
        "One row per account of Jira that appears in a collected issue, and the account of GitHub of the same person.",
        "facts",
        "facts",
        ("account_id",),
        (
            required("account_id", "string", "Jira's key of the account; e-mail addresses are not kept."),
            optional("name", "string", "Name as shown."),
            required("is_active", "boolean", "The account can log in."),
            required("is_bot", "boolean", "It is an app."),
            optional("login", "string", "The same person's account of GitHub."),
            optional("matched_by", "string", "The strongest evidence for it.", allowed=EVIDENCE),
        ),
        (Reference(("account_id",), "jira_accounts", ("account_id",)),),
        family="organization",
    ),
    Table(
        "issue_deliveries",
        "One row per issue on which work began: when all of it was in production, and why it is not counted.",
        "facts",
        "facts",
        ("project", "key"),
        (
            required("project", "string", "Key of the project."),
            required("key", "string", "Key of the issue."),
            required("started_at", "timestamp", "First entry into a status in progress."),
            optional("done_at", "timestamp", "Last completion; null unless it is done."),
            count("pull_request_count", "Pull requests that name it."),
            count("merged_count", "Of these, merged ones."),
            optional("deployed_at", "timestamp", "When the last of the merged ones was in production."),
            hours("start_to_production_hours", "From started_at to deployed_at."),
            required("is_counted", "boolean", "It is part of the figures."),
            optional(
                "reason",
                "string",
                "Why it is not counted.",
                allowed=("no_pull_request", "not_merged", "not_deployed", "deployed_before_start"),
            ),
        ),
        (Reference(("project", "key"), "issues", ("project", "key")),),
        family="organization",
    ),
    Table(
        "issue_incidents",
        "One row per incident of Jira: the repositories in whose metrics it stands, and why in none.",
        "facts",
        "facts",
        ("project", "key"),
        (
            required("project", "string", "Key of the project."),
            required("key", "string", "Key of the issue."),
            required("opened_at", "timestamp", "When the issue was created."),
            optional("resolved_at", "timestamp", "Last completion, else when it was resolved; null while it is open."),
            optional("repositories", "string", "Full names, in alphabetic order, comma separated."),
            required("is_counted", "boolean", "It stands in the metrics of at least one repository."),
            optional("reason", "string", "Why it is not counted.", allowed=("no_repository",)),
        ),
        (Reference(("project", "key"), "issues", ("project", "key")),),
        family="organization",
    ),
)
