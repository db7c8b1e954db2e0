"""Coverage that keeps itself current: what is at an address, visited once or again and again."""
