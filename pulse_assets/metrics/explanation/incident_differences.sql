-- To which deployment each incident of the scope is attributed, by Pulse and by the definition that the variable `definition` names.
-- `devlake`: the latest successful production deployment of the scope that finished at or before the report's opening.
-- `fourkeys`: each whose commits hold the root cause. Both know reported issues only. One row per incident and deployment.
WITH members AS (
    SELECT repository FROM scope_members
    WHERE scope_kind = getvariable('scope_kind') AND scope = getvariable('scope')
),
finishes AS (
    SELECT finished_at, max({'deployment_id': deployment_id, 'repository': repository}) AS latest
    FROM deployment_outcomes SEMI JOIN members USING (repository)
    WHERE is_counted GROUP BY finished_at
),
other AS (
    SELECT r.repository, r.number, latest.repository AS other_repository, latest.deployment_id AS other_deployment_id,
        f.finished_at AS other_finished_at
    FROM (FROM incident_reports SEMI JOIN members USING (repository)) AS r
    ASOF JOIN finishes AS f ON r.opened_at >= f.finished_at
    WHERE getvariable('definition') = 'devlake'
    UNION ALL
    SELECT DISTINCT r.repository, r.number, c.repository, c.deployment_id, c.deployed_at
    FROM incident_reports AS r JOIN fourkeys_changes AS c ON r.repository = c.repository AND r.root_cause_sha = c.sha
    SEMI JOIN members ON r.repository = members.repository
    WHERE getvariable('definition') = 'fourkeys'
),
own AS (
    SELECT i.repository, i.incident_id, i.kind, i.number, i.attributed_by, i.deployment_id, d.finished_at
    FROM incidents AS i SEMI JOIN members ON i.repository = members.repository
    LEFT JOIN deployment_outcomes AS d ON i.repository = d.repository AND i.deployment_id = d.deployment_id
)
SELECT
    i.repository, i.incident_id AS item, i.kind, i.attributed_by, i.deployment_id, i.finished_at,
    o.other_repository, o.other_deployment_id, o.other_finished_at
FROM own AS i
LEFT JOIN other AS o ON i.kind = 'issue' AND i.repository = o.repository AND i.number = o.number
WHERE i.deployment_id IS DISTINCT FROM o.other_deployment_id OR i.repository IS DISTINCT FROM o.other_repository
ORDER BY i.repository, i.incident_id, o.other_deployment_id
