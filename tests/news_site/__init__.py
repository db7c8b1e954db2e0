"""A news site on loopback for tests: pages, feeds, maps and a newswire, with faults on order."""
