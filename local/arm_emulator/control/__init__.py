"""What a test or a demo does to the cloud behind its back."""
