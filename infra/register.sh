#!/bin/sh
# Registers the app in Microsoft Entra, for App Service authentication: run by azd before and after
# it provisions, and again as often as one likes. HYBRIDDB_ENTRA=off leaves function keys in front.
#   register.sh before    the registration, its roles, and its id for the template
#   register.sh after     where it signs people in, and how the command line reaches the app
set -eu
here=$(dirname "$0")
[ "${HYBRIDDB_ENTRA:-on}" = on ] || { echo "Entra is off: the app asks for function keys"; exit 0; }

case "$1" in
before)
    name="hybriddb-$AZURE_ENV_NAME"
    id=$(az ad app list --display-name "$name" --query "[0].appId" --output tsv)
    if [ -z "$id" ]; then
        id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg \
            --requested-access-token-version 2 --query appId --output tsv)
    fi
    az ad app update --id "$id" --identifier-uris "api://$id" --app-roles "@$here/app-roles.json" \
        --enable-id-token-issuance true
    # People and pipelines are given roles on this one.
    if [ -z "$(az ad sp list --filter "appId eq '$id'" --query "[0].id" --output tsv)" ]; then
        az ad sp create --id "$id" --output none
    fi
    azd env set HYBRIDDB_ENTRA_CLIENT_ID "$id"
    ;;
after)
    az ad app update --id "$HYBRIDDB_ENTRA_CLIENT_ID" \
        --web-redirect-uris "$url/.auth/login/aad/callback"
    echo "hybriddb profile set default --url $url --audience api://$HYBRIDDB_ENTRA_CLIENT_ID"
    ;;
esac
