"""Any input, read into articles."""
