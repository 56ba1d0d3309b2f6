// Where the app keeps the passwords it makes, and people those that a spec names.
param location string
param tags object
param token string
param principalId string
param peopleId string
param publicAccess string
param allowedAddresses array
param networkId string
param subnetId string
param workspaceId string

// Built-in roles; officer, since the app generates the passwords that a spec does not bring.
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var certificateUser = 'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba'

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: 'kv-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    publicNetworkAccess: publicAccess
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices' // an application gateway reads its certificate
      ipRules: [for address in allowedAddresses: { value: address }]
      virtualNetworkRules: []
    }
  }
}

resource appSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsOfficer)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource appCertificates 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, certificateUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', certificateUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource people 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(peopleId)) {
  scope: vault
  name: guid(vault.id, peopleId, secretsOfficer)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
    principalId: peopleId
  }
}

module endpoint 'endpoint.bicep' = {
  name: 'endpoint-vault'
  params: {
    location: location
    tags: tags
    name: vault.name
    targetId: vault.id
    part: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
    networkId: networkId
    subnetId: subnetId
  }
}

// Who read which secret.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output url string = vault.properties.vaultUri
