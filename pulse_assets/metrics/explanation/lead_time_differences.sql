-- Where DevLake and Pulse differ on a pull request: fact `devlake_changes` says why. Of the scope, with both deployments;
-- the deployment is null where a side does not count the change.
SELECT
    d.repository, concat('#', d.number) AS item, d.difference, d.reason AS other_reason, c.reason,
    if(c.is_counted, c.deployment_id, NULL) AS deployment_id, if(c.is_counted, c.deployed_at, NULL) AS deployed_at,
    if(d.is_counted, d.deployment_id, NULL) AS other_deployment_id,
    if(d.is_counted, d.deployed_at, NULL) AS other_deployed_at,
    d.pulse_lead_time_hours AS hours, if(d.is_counted, d.cycle_minutes / 60, NULL) AS other_hours
FROM devlake_changes AS d
JOIN change_lead_times AS c ON d.repository = c.repository AND d.number = c.number
JOIN scope_members AS m ON d.repository = m.repository
WHERE m.scope_kind = getvariable('scope_kind') AND m.scope = getvariable('scope') AND d.difference IS NOT NULL
ORDER BY d.repository, d.number
