"""The languages that the interface speaks. Quotations stay in their own."""
