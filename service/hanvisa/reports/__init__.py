"""Follow-up (F1): reports of a month, by organisation, operation and cost centre. Each figure leads to its rows."""
