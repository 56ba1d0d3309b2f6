"""Deployments of templates."""
