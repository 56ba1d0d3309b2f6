"""A deployment as a template, a Bicep file and Terraform: nobody is locked in."""
