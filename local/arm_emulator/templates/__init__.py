"""ARM templates, only so that clients that send them work: pure, without a cloud."""
