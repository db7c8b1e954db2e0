"""What ranks passages; each engine follows the store."""
