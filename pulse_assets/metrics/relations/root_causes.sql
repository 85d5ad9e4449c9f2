-- The deployments that brought the exact root cause that an incident report names, by the rules of Four Keys: one row
-- per incident report and deployment.
SELECT r.repository, r.number, c.deployment_id, c.deployed_at
FROM fourkeys_changes AS c JOIN incident_reports AS r ON c.repository = r.repository AND c.sha = r.root_cause_sha
