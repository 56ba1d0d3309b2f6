"""What a crash leaves behind, at every event of every scenario."""
