// The app itself: `azd up` makes a resource group with everything it runs on, and gives it the
// rights it needs and no more. What the app deploys is no part of this.
targetScope = 'subscription'

@minLength(1)
@maxLength(20)
@description('Name of the azd environment; part of every name.')
param environmentName string

@description('Region of the app; deployments name their own.')
param location string

@description('ARM id of the ExpressRoute circuit that deployments connect to; empty: grant that yourself.')
param circuitId string = ''

@description('When every deployment is checked for drift: NCRONTAB, in UTC.')
param driftSchedule string = '0 0 * * * *'

@description('Object id of a user or group that manages the secrets of the vault; empty: nobody.')
param principalId string = ''

@allowed(['3.11', '3.12', '3.13'])
@description('Python that the app runs on; the locked requirements are for each of them.')
param pythonVersion string = '3.13'

@description('Other vaults whose secrets a spec may name: host names, a space between them. Empty: the app\'s own vault alone.')
param keyVaultHosts string = ''

@description('Subscriptions that the app may deploy into: patterns, a space between them. Empty: all.')
param allowedSubscriptions string = ''

@description('Resource groups that the app may deploy into: patterns such as rg-data-*, a space between them. Empty: all.')
param allowedResourceGroups string = ''

@description('Client id of the app\'s registration in Microsoft Entra, which infra/register.sh makes; empty: function keys alone guard the app.')
param entraClientId string = ''

@description('Network of the app: 128 addresses or more that nothing else uses, as 10.240.0.0/24.')
param addressSpace string = '10.240.0.0/24'

@allowed(['public', 'private'])
@description('Where the app answers: public, by its sign-in; private, in its network alone, and then it is deployed and called from there.')
param exposure string = 'public'

@description('Addresses from which the app, and the vault with it, may be reached over the Internet: CIDR, a space between them. Empty: the app from anywhere, the vault from the network of the app alone.')
param allowedAddresses string = ''

@description('Also let the app lock what it deploys, and assign managed identities, which a gateway with certificates takes: whoever can assign any identity and write machines can become that identity.')
@allowed(['false', 'true'])
param grantPrivileged string = 'false'

@description('Names of resource groups, a space between them, on whose machines the app may run the query of a validation, which makes it root on them: groups that exist, and hold deployments alone. Empty: nowhere, and validations say what they could not prove.')
param proberGroups string = ''

@allowed(['false', 'true'])
@description('Whether who asked for a plan may approve it.')
param approveOwnPlans string = 'false'

@description('Days for which ended operations and destroyed deployments are kept on record.')
param retentionDays string = '90'

@description('URLs that are told of what happens: https, a space between them. Empty: none.')
param webhooks string = ''

@description('Name of the secret in the vault of the app that what is sent to them is signed with.')
param webhookKey string = ''

@description('Endpoint of an Event Grid topic that is told as well. Empty: none.')
param eventGridTopic string = ''

@description('Base URL of a receiver of OTLP over HTTP, beside Application Insights. Empty: none.')
param otlpEndpoint string = ''

var tags = { 'azd-env-name': environmentName }
var roles = loadJsonContent('roles.json')
// Who is called what, and may change what: kept as a file, so that it is reviewed.
var access = loadJsonContent('access.json')
var probed = empty(proberGroups) ? [] : split(proberGroups, ' ')
var token = toLower(uniqueString(subscription().id, environmentName, location))
// A condition does not keep the scope of a module from being evaluated, so that it has to be valid.
var noCircuit = '${subscription().id}/resourceGroups/none/providers/Microsoft.Network/expressRouteCircuits/none'
var circuit = split(empty(circuitId) ? noCircuit : circuitId, '/')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-hybriddb-${environmentName}'
  location: location
  tags: tags
}

module app 'app.bicep' = {
  scope: group
  name: 'app'
  params: {
    location: location
    tags: tags
    token: token
    principalId: principalId
    pythonVersion: pythonVersion
    operatorSettings: {
      DRIFT_SCHEDULE: driftSchedule
      KEY_VAULT_HOSTS: keyVaultHosts
      ALLOWED_SUBSCRIPTIONS: allowedSubscriptions
      ALLOWED_RESOURCE_GROUPS: allowedResourceGroups
      APPROVE_OWN_PLANS: approveOwnPlans
      RETENTION_DAYS: retentionDays
      WEBHOOKS: webhooks
      WEBHOOK_KEY: webhookKey
      EVENT_GRID_TOPIC: eventGridTopic
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
      KEY_NAMES: string(access.keyNames)
      ROLE_SCOPES: string(access.roleScopes)
    }
    entraClientId: entraClientId
    addressSpace: addressSpace
    exposure: exposure
    allowedAddresses: empty(allowedAddresses) ? [] : split(allowedAddresses, ' ')
  }
}

// Deployments own their resource groups, so this is assigned at the subscription. Where the groups
// are made beforehand, assign it at each of them instead.
resource deployer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'deployer')
  properties: {
    roleName: 'hybriddb deployer (${environmentName})'
    description: 'What hybriddb needs to deploy, watch, repair and destroy its architecture.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: roles.deployer, notActions: [], dataActions: [], notDataActions: [] }]
  }
}

resource deploying 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'deploying')
  properties: {
    roleDefinitionId: deployer.id
    principalId: app.outputs.identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource privileged 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (grantPrivileged == 'true') {
  name: guid(subscription().id, environmentName, 'privileged')
  properties: {
    roleName: 'hybriddb privileged (${environmentName})'
    description: 'Assign a managed identity to an application gateway, better given on that identity alone; lock what is deployed.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: roles.privileged, notActions: [], dataActions: [], notDataActions: [] }]
  }
}

resource assigning 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (grantPrivileged == 'true') {
  name: guid(subscription().id, environmentName, 'assigning')
  properties: {
    roleDefinitionId: privileged.id
    principalId: app.outputs.identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource prober 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(probed)) {
  name: guid(subscription().id, environmentName, 'prober')
  properties: {
    roleName: 'hybriddb prober (${environmentName})'
    description: 'Run the query of a validation on a jump box.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: roles.prober, notActions: [], dataActions: [], notDataActions: [] }]
  }
}

module probing 'prober.bicep' = [for name in probed: {
  scope: resourceGroup(name)
  name: 'hybriddb-prober-${environmentName}'
  params: {
    environmentName: environmentName
    roleDefinitionId: prober.id
    principalId: app.outputs.identityPrincipalId
  }
}]

module joining 'circuit.bicep' = if (!empty(circuitId)) {
  scope: resourceGroup(circuit[2], circuit[4])
  name: 'hybriddb-circuit-${environmentName}'
  params: {
    circuitName: circuit[8]
    environmentName: environmentName
    actions: roles.circuit
    principalId: app.outputs.identityPrincipalId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output HYBRIDDB_URL string = app.outputs.url
output KEY_VAULT_URL string = app.outputs.vaultUrl
output HYBRIDDB_NETWORK_ID string = app.outputs.networkId
