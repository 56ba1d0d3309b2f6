#!/bin/sh
# What the template cannot do, by az: run by azd before and after it provisions, and again as often
# as one likes. HYBRIDDB_ENTRA=off leaves function keys in front, without a registration.
#   register.sh before    the provider of the app's subnet; the registration in Microsoft Entra, its
#                         roles, and its id for the template
#   register.sh after     where it signs people in, and how the command line reaches the app
set -eu
here=$(dirname "$0")
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46 # the same in every tenant

if [ "$1" = before ]; then
    # Its subnet is delegated to a provider that no resource of the template would register.
    az provider register --namespace Microsoft.App --wait
fi
[ "${HYBRIDDB_ENTRA:-on}" = on ] || { echo "Entra is off: the app asks for function keys"; exit 0; }

case "$1" in
before)
    name="hybriddb-$AZURE_ENV_NAME"
    # By a filter, since --display-name finds whatever begins like that: another environment.
    id=$(az ad app list --filter "displayName eq '$name'" --query "[0].appId" --output tsv)
    if [ -z "$id" ]; then
        id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg \
            --requested-access-token-version 2 --query appId --output tsv)
    fi
    az ad app update --id "$id" --identifier-uris "api://$id" --app-roles "@$here/app-roles.json" \
        --enable-id-token-issuance true
    # ROLE_SCOPES goes by the groups that a token names, and by default it names none.
    # So that az gives its users a token for the app without asking them; the scope has to be there
    # before it is given to anybody.
    scope=$(sed -n 's/.*"id": "\(.*\)".*/\1/p' "$here/app-scope.json")
    app="https://graph.microsoft.com/v1.0/applications(appId='$id')"
    az rest --method PATCH --url "$app" --body "@$here/app-scope.json"
    az rest --method PATCH --url "$app" --body "{\"api\": {\"preAuthorizedApplications\":
        [{\"appId\": \"$azure_cli\", \"delegatedPermissionIds\": [\"$scope\"]}]}}"
    # People and pipelines are given roles on this one.
    if [ -z "$(az ad sp list --filter "appId eq '$id'" --query "[0].id" --output tsv)" ]; then
        az ad sp create --id "$id" --output none
    fi
    azd env set HYBRIDDB_ENTRA_CLIENT_ID "$id"
    ;;
after)
    az ad app update --id "$HYBRIDDB_ENTRA_CLIENT_ID" \
        --web-redirect-uris "$HYBRIDDB_URL/.auth/login/aad/callback"
    echo "hybriddb profile set default --url $HYBRIDDB_URL --audience api://$HYBRIDDB_ENTRA_CLIENT_ID"
    ;;
esac
