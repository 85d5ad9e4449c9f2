"""Long invented histories as clean tables in a lake, and the contenders that compute metrics from them."""
