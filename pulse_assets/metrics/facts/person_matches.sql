-- Accounts of one person, definition `pulse`: one row per account of Jira and login of GitHub for which something
-- speaks, with all that does. Nothing of it is kept: evidence that is gone is gone at the next build.
-- Evidence, the strongest first. Declared: PULSE_PEOPLE_FILE says so. Name: the account shows the name that stands in
-- commits of the login (without case, blanks and forms of letters), and no other account shows it, and no other
-- login's commits have it. Work: of the login's pull requests that name an assigned issue, at least three and 60 %
-- name one that is assigned to the account, and neither side shares as many with another; today's assignee counts.
-- An account and a login are taken once, by the strongest evidence; a tie decides nothing. Apps and bots are left out,
-- but for what is declared.
-- Not accepted: rejected (the file says that they are two), declared_otherwise (the file says it of another, whatever
-- else speaks for this one), better_match (another is taken by stronger evidence), too_little_evidence.
WITH authors AS (
    SELECT author AS login, author_name FROM commits WHERE author IS NOT NULL
    UNION
    SELECT author, author_name FROM pull_request_commits WHERE author IS NOT NULL
    UNION
    SELECT author, NULL FROM pull_requests WHERE author IS NOT NULL
),
bots AS (SELECT author AS login FROM pull_requests WHERE is_bot AND author IS NOT NULL),
shown AS (
    SELECT DISTINCT login, name_key(author_name) AS name FROM authors ANTI JOIN bots USING (login)
    WHERE author_name IS NOT NULL AND NOT ends_with(login, '[bot]')
),
persons AS (SELECT account_id, name_key(name) AS name FROM jira_accounts WHERE NOT is_bot),
of_one_login AS (SELECT name, min(login) AS login FROM shown GROUP BY name HAVING count(*) = 1),
of_one_account AS (SELECT name, min(account_id) AS account_id FROM persons GROUP BY name HAVING count(*) = 1),
same_names AS (SELECT account_id, login FROM of_one_account JOIN of_one_login USING (name) WHERE name <> ''),
works AS (
    SELECT DISTINCT p.author AS login, i.assignee AS account_id, p.repository, p.number
    FROM issue_links AS l
    JOIN pull_requests AS p ON p.repository = l.repository AND p.number = l.number
    JOIN issues AS i ON i.project = l.project AND i.key = l.key
    WHERE l.is_counted AND p.author IS NOT NULL AND NOT p.is_bot AND i.assignee IS NOT NULL
),
totals AS (SELECT login, count(DISTINCT (repository, number)) AS total_count FROM works GROUP BY login),
shared AS (
    SELECT account_id, login, count(*) AS shared_count FROM works SEMI JOIN persons USING (account_id) GROUP BY ALL
),
spelled AS (SELECT lower(login) AS folded, min(login) AS login FROM authors GROUP BY folded),
declared AS (  -- a login that was never seen is a row, too: nothing that a person wrote is dropped
    SELECT account_id, coalesce(s.login, d.login) AS login, is_same
    FROM declared_people AS d LEFT JOIN spelled AS s ON s.folded = lower(d.login)
),
pairs AS (
    SELECT account_id, login FROM declared
    UNION
    SELECT account_id, login FROM same_names
    UNION
    SELECT account_id, login FROM shared
),
evidence AS (
    SELECT p.account_id, p.login,
        coalesce(d.is_same, false) AS is_declared, coalesce(NOT d.is_same, false) AS is_rejected,
        n.login IS NOT NULL AS is_same_name, coalesce(s.shared_count, 0) AS shared_count,
        coalesce(s.shared_count, 0) / t.total_count AS shared_ratio
    FROM pairs AS p
    LEFT JOIN declared AS d ON d.account_id = p.account_id AND d.login = p.login
    LEFT JOIN same_names AS n ON n.account_id = p.account_id AND n.login = p.login
    LEFT JOIN shared AS s ON s.account_id = p.account_id AND s.login = p.login
    LEFT JOIN totals AS t ON t.login = p.login
),
weighed AS (
    SELECT *, bool_or(is_declared) OVER of_account OR bool_or(is_declared) OVER of_login AS is_settled,
        max(shared_count) FILTER (NOT is_rejected) OVER others_of_account AS others_of_account,
        max(shared_count) FILTER (NOT is_rejected) OVER others_of_login AS others_of_login
    FROM evidence
    WINDOW of_account AS (PARTITION BY account_id), of_login AS (PARTITION BY login),
        others_of_account AS (of_account ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW),
        others_of_login AS (of_login ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
),
named AS (
    SELECT *, NOT is_rejected AND NOT is_settled AS is_open,
        is_open AND is_same_name
            AND count(*) FILTER (is_open AND is_same_name) OVER (PARTITION BY login) = 1 AS is_by_name
    FROM weighed
),
judged AS (
    SELECT *,
        is_open AND shared_count >= 3 AND shared_ratio >= 0.6
            AND shared_count > coalesce(others_of_account, 0) AND shared_count > coalesce(others_of_login, 0)
            AND NOT bool_or(is_by_name) OVER (PARTITION BY account_id)
            AND NOT bool_or(is_by_name) OVER (PARTITION BY login) AS is_by_work,
        is_declared OR is_by_name OR is_by_work AS is_accepted
    FROM named
)
SELECT account_id, login, is_declared, is_rejected, is_same_name, shared_count, shared_ratio, is_accepted,
    CASE
        WHEN is_accepted THEN NULL
        WHEN is_rejected THEN 'rejected'
        WHEN is_settled THEN 'declared_otherwise'
        WHEN bool_or(is_accepted) OVER (PARTITION BY account_id) OR bool_or(is_accepted) OVER (PARTITION BY login)
            THEN 'better_match'
        ELSE 'too_little_evidence'
    END AS reason
FROM judged ORDER BY account_id, login
