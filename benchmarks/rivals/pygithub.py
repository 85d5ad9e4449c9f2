"""PyGithub's lazy lists, one pull request after the other; only fields that the lists hold, so that it asks no more."""

from github import Auth, Github

from .json_lines import JsonLines, identities
from .task import Rows, Task, rows_of


def collect(task: Task) -> None:
    # Its default of 0.25 s between requests is left out, in its favour: it would only wait.
    client = Github(base_url=task.address, auth=Auth.Token(task.token), per_page=100, seconds_between_requests=None)
    with client, JsonLines(task.path) as out:
        for pull in client.get_repo(task.repository).get_pulls(state="all", sort="created", direction="asc"):
            out.write(
                "pull_requests",
                {
                    "number": pull.number,
                    "title": pull.title,
                    "state": pull.state,
                    "author": pull.user.login if pull.user else None,
                    "created_at": pull.created_at.isoformat(),
                    "updated_at": pull.updated_at.isoformat() if pull.updated_at else None,
                    "closed_at": pull.closed_at.isoformat() if pull.closed_at else None,
                    "merged_at": pull.merged_at.isoformat() if pull.merged_at else None,
                    "merge_commit_sha": pull.merge_commit_sha,
                    "base_branch": pull.base.ref,
                    "head_branch": pull.head.ref,
                    "labels": [label.name for label in pull.labels],
                },
            )
            if not task.has_details:
                continue
            for commit in pull.get_commits():
                out.write(
                    "commits",
                    {
                        "number": pull.number,
                        "sha": commit.sha,
                        "authored_at": commit.commit.author.date.isoformat(),
                        "committed_at": commit.commit.committer.date.isoformat(),
                        "author": commit.author.login if commit.author else None,
                    },
                )
            for review in pull.get_reviews():
                out.write(
                    "reviews",
                    {
                        "number": pull.number,
                        "id": review.id,
                        "reviewer": review.user.login if review.user else None,
                        "state": review.state,
                        "submitted_at": review.submitted_at.isoformat() if review.submitted_at else None,
                    },
                )


def rows(task: Task) -> Rows:
    return rows_of(identities(task.path), has_details=task.has_details)
