// Packages, task hub and records of the app: without keys, and reached from its network alone.
param location string
param tags object
param token string
param principalId string
param networkId string
param subnetId string
param workspaceId string

var packages = 'packages'
// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor
]
// What the app uses of it: packages and leases, messages, instances and records.
var services = ['blob', 'queue', 'table']

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' = {
  name: 'sthybriddb${substring(token, 0, 13)}'
  location: location
  tags: tags
  // checkov:skip=CKV_AZURE_206:three zones; records of another region are of no use without its networks
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource container 'containers' = {
      name: packages
      properties: { publicAccess: 'None' }
    }
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  scope: account
  name: guid(account.id, principalId, role)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}]

module endpoints 'endpoint.bicep' = [for service in services: {
  name: 'endpoint-${service}'
  params: {
    location: location
    tags: tags
    name: account.name
    targetId: account.id
    part: service
    zone: 'privatelink.${service}.${environment().suffixes.storage}'
    networkId: networkId
    subnetId: subnetId
  }
}]

// No log of requests: the task hub alone makes one a second, and nobody else gets in.
resource metrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'metrics'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output name string = account.name
output tables string = account.properties.primaryEndpoints.table
output packages string = '${account.properties.primaryEndpoints.blob}${packages}'
