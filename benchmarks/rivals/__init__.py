"""Ways to collect the pull requests of a repository; each module alone imports its libraries."""
