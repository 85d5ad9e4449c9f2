"""A Jira site made from a seed: its projects, boards, sprints and issues, and the truth of their metrics."""
