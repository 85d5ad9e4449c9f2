-- People, definition `pulse`: one row per account of Jira, and the account of GitHub that is taken for the same
-- person's (`person_matches`); null where the evidence is too little.
-- matched_by is the strongest evidence for it: declared (the file of the people), name, work.
SELECT a.account_id, a.name, a.is_active, a.is_bot, m.login,
    CASE
        WHEN m.is_declared THEN 'declared'
        WHEN m.is_same_name THEN 'name'
        WHEN m.is_accepted THEN 'work'
    END AS matched_by
FROM jira_accounts AS a LEFT JOIN person_matches AS m ON m.account_id = a.account_id AND m.is_accepted
ORDER BY a.account_id
