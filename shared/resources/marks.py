"""Tags that say whose something in Azure is."""

MANAGED_BY = "managed-by"
OWNER = "hybriddb"
DEPLOYMENT = "hybriddb-deployment"
INSTALLATION = "hybriddb-installation"
MARKS = frozenset({MANAGED_BY, DEPLOYMENT, INSTALLATION})
"""Tags that say whose something is; another installation may have a deployment of that name."""
