-- Incidents, definition `pulse`: one row per incident, and the production deployment that is held to have caused it.
-- An incident is an issue with an incident label, or one of Jira (`jira_incidents`, which see for its times); or a
-- revert or hotfix that was merged into the default branch; or a rollback: a successful production deployment of a
-- commit below that of the one before it of the same service.
-- It opens when the issue, pull request or rollback was created. It is resolved when the issue was closed, or when the
-- remedy was in production: the deployment of the revert's or hotfix's change (`change_lead_times`), or the rollback.
-- By link. An issue whose body names its root cause: the first successful production deployment that contains that
-- commit (of a commit off the mainline or a pull request: that of its change). A revert: the deployment of the change
-- that it reverts. A hotfix: the deployment of the lowest-numbered attributed issue that it closes, else of the
-- earliest of Jira that it names. A rollback: the deployment before it, so a rollback of a rollback makes the first one
-- a failure. An abbreviated commit that fits no commit or several, and an unknown number, are no link.
-- By time, where there is no link: the latest successful production deployment that had finished when the incident
-- opened, however long before; of the same service where a label names one, else of the repository.
-- Not attributed: no_deployment_before; cause_not_deployed (a known root cause that no such deployment contains);
-- reverted_before_deployment (what was reverted never reached production, or not before its revert).
-- Deployments that finish together are ordered by number. restore_hours: of an issue, opened to resolved.
-- The definitions `devlake` and `fourkeys` do not count these rows, but GitHub's issues alone (`incident_reports`).
WITH mainline AS (SELECT repository, sha, mainline_position FROM commits WHERE mainline_position IS NOT NULL),
production AS (
    SELECT repository, deployment_id, service, environment, created_at, finished_at, mainline_position,
        row_number() OVER (PARTITION BY repository ORDER BY finished_at, deployment_id) AS ordinal
    FROM deployments LEFT JOIN mainline USING (repository, sha) WHERE is_production AND status = 'success'
),
latest AS (  -- of each service, and under no service of them all
    SELECT repository, service, finished_at, max(ordinal) AS ordinal FROM production
    GROUP BY GROUPING SETS ((repository, finished_at), (repository, service, finished_at))
    HAVING grouping(service) = 1 OR service IS NOT NULL
),
first_containing AS (  -- of a commit at this position or below it
    SELECT repository, mainline_position,
        min(ordinal) OVER (PARTITION BY repository ORDER BY mainline_position DESC) AS ordinal
    FROM production WHERE mainline_position IS NOT NULL
),
changes AS (
    SELECT c.repository, c.number, c.reason, c.deployed_at, p.ordinal
    FROM change_lead_times AS c LEFT JOIN production AS p USING (repository, deployment_id)
),
pulls AS (SELECT repository, number, ordinal FROM pull_requests LEFT JOIN changes USING (repository, number)),
cause_commits AS (  -- the first seven digits are the least that an abbreviation has
    SELECT i.repository, i.number, c.sha, c.mainline_position
    FROM incident_reports AS i JOIN commits AS c
        ON c.repository = i.repository AND c.sha[:7] = i.root_cause_sha[:7] AND starts_with(c.sha, i.root_cause_sha)
    QUALIFY c.sha = i.root_cause_sha OR count(*) OVER (PARTITION BY i.repository, i.number) = 1
),
causes AS (
    SELECT c.repository, c.number, containing.ordinal
    FROM cause_commits AS c ASOF LEFT JOIN first_containing AS containing
        ON c.repository = containing.repository AND c.mainline_position <= containing.mainline_position
    WHERE c.mainline_position IS NOT NULL
    UNION ALL
    SELECT c.repository, c.number, min(pulls.ordinal)
    FROM cause_commits AS c LEFT JOIN pull_request_commits AS own USING (repository, sha)
    LEFT JOIN pulls ON pulls.repository = c.repository AND pulls.number = own.number
    WHERE c.mainline_position IS NULL GROUP BY ALL
    UNION ALL
    SELECT i.repository, i.number, pulls.ordinal
    FROM incident_reports AS i JOIN pulls ON pulls.repository = i.repository AND pulls.number = i.root_cause_number
    WHERE (i.repository, i.number) NOT IN (SELECT (repository, number) FROM cause_commits)
),
seen AS (
    SELECT i.repository, 'issue-' || number AS incident_id, 'issue' AS kind, number, title, service, opened_at,
        resolved_at, NULL AS closes_issues, NULL AS remedy_ordinal,
        c.repository IS NOT NULL AS is_linked, c.ordinal AS linked_ordinal, 'cause_not_deployed' AS missing
    FROM incident_reports AS i LEFT JOIN causes AS c USING (repository, number)
    UNION ALL
    SELECT repository, 'jira-' || key, 'issue', NULL, title, service, opened_at, resolved_at,
        NULL, NULL, false, NULL, NULL FROM jira_incidents
    UNION ALL
    SELECT p.repository, remedy || '-' || p.number, remedy, p.number, title, service, created_at,
        own.deployed_at, if(remedy = 'hotfix', closes_issues, NULL), own.ordinal,
        reverted.number IS NOT NULL, if(reverted.ordinal >= own.ordinal, NULL, reverted.ordinal),
        'reverted_before_deployment'
    FROM pull_requests AS p JOIN changes AS own ON own.repository = p.repository AND own.number = p.number
    LEFT JOIN pulls AS reverted
        ON reverted.repository = p.repository AND reverted.number = p.reverts_number AND remedy = 'revert'
    WHERE remedy IS NOT NULL AND own.reason IS DISTINCT FROM 'other_base_branch'
    UNION ALL
    SELECT repository, 'rollback-' || deployment_id, 'rollback', NULL, environment, service, created_at,
        finished_at, NULL, ordinal, true, lag(ordinal) OVER sequence, NULL
    FROM production WINDOW sequence AS (PARTITION BY repository, service ORDER BY ordinal)
    QUALIFY mainline_position < lag(mainline_position) OVER sequence
),
attributed AS (
    SELECT seen.*, if(is_linked, linked_ordinal, latest.ordinal) AS ordinal
    FROM seen ASOF LEFT JOIN latest ON latest.repository = seen.repository
        AND latest.service IS NOT DISTINCT FROM seen.service AND latest.finished_at <= seen.opened_at
),
mended AS (
    SELECT repository, incident_id, 'issue-' || unnest(string_split(closes_issues, ',')) AS issue_id FROM attributed
    UNION ALL
    SELECT repository, 'hotfix-' || unnest(string_split(pull_requests, ',')), 'jira-' || key FROM jira_incidents
),
closed AS (  -- with the deployment of the first of them that is attributed
    SELECT m.repository, m.incident_id, first(i.ordinal ORDER BY i.number, i.opened_at, i.incident_id) AS ordinal
    FROM mended AS m JOIN attributed AS i ON i.repository = m.repository AND i.incident_id = m.issue_id
    WHERE i.ordinal IS NOT NULL GROUP BY ALL
)
SELECT
    a.repository, a.incident_id, kind, number, title, a.service, opened_at, resolved_at, cause.deployment_id,
    cause.deployment_id IS NOT NULL AS is_attributed, remedy.deployment_id AS remedy_deployment_id,
    if(is_attributed, if(is_linked OR closed.ordinal IS NOT NULL, 'link', 'time'), NULL) AS attributed_by,
    if(is_attributed, NULL, if(is_linked, missing, 'no_deployment_before')) AS reason,
    if(kind = 'issue' AND resolved_at >= opened_at, (epoch_us(resolved_at) - epoch_us(opened_at)) / 3.6e9, NULL)
        AS restore_hours
FROM attributed AS a LEFT JOIN closed ON closed.repository = a.repository AND closed.incident_id = a.incident_id
LEFT JOIN production AS cause
    ON cause.repository = a.repository AND cause.ordinal = coalesce(closed.ordinal, a.ordinal)
LEFT JOIN production AS remedy ON remedy.repository = a.repository AND remedy.ordinal = a.remedy_ordinal
ORDER BY a.repository, a.incident_id
