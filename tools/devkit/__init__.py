"""What the demo, the system tests and the benchmarks share: certificates, nodes, line sessions."""
