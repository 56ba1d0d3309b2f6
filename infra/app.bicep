// What the app runs on: Flex Consumption in a network of its own, with what it keeps beside it.
param location string
param tags object
param token string
param principalId string
param pythonVersion string
param operatorSettings object
param entraClientId string
param addressSpace string
param exposure string
param allowedAddresses array

var restrictions = [for (address, place) in allowedAddresses: {
  name: 'allowed-${place}'
  ipAddress: address
  action: 'Allow'
  priority: 100 + place
}]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-hybriddb-${token}'
  location: location
  tags: tags
}

module network 'network.bicep' = {
  name: 'network'
  params: { location: location, tags: tags, token: token, addressSpace: addressSpace }
}

module telemetry 'telemetry.bicep' = {
  name: 'telemetry'
  params: {
    location: location
    tags: tags
    token: token
    principalId: identity.properties.principalId
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    tags: tags
    token: token
    principalId: identity.properties.principalId
    networkId: network.outputs.id
    subnetId: network.outputs.endpointSubnetId
    workspaceId: telemetry.outputs.workspaceId
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  params: {
    location: location
    tags: tags
    token: token
    principalId: identity.properties.principalId
    peopleId: principalId
    publicAccess: empty(allowedAddresses) ? 'Disabled' : 'Enabled'
    allowedAddresses: allowedAddresses
    networkId: network.outputs.id
    subnetId: network.outputs.endpointSubnetId
    workspaceId: telemetry.outputs.workspaceId
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-hybriddb-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:the parameter exposure says where it answers, and sign-in guards it
  // checkov:skip=CKV_AZURE_78:Flex Consumption has no FTP, and refuses a site that speaks of it
  name: 'func-hybriddb-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: network.outputs.appSubnetId
    publicNetworkAccess: exposure == 'private' ? 'Disabled' : 'Enabled'
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // Who may reach it at all; the endpoint that takes new code is behind the same.
      ipSecurityRestrictions: restrictions
      ipSecurityRestrictionsDefaultAction: empty(restrictions) ? 'Allow' : 'Deny'
      scmIpSecurityRestrictionsUseMain: true
    }
    functionAppConfig: {
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        // Timers and polls of a running deployment come on time, without a cold start.
        alwaysReady: [{ name: 'durable', instanceCount: 1 }]
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: storage.outputs.packages
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
    }
  }
}

// Code is published by identity only: no password opens the deployment endpoint.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  // checkov:skip=CKV_AZURE_13:what a site has to have is looked for in its settings, too
  // checkov:skip=CKV_AZURE_222:likewise
  name: 'appsettings'
  // All of them: whatever is set by hand instead is gone after the next provisioning.
  properties: union(operatorSettings, {
    AzureWebJobsStorage__accountName: storage.outputs.name
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    AZURE_CLIENT_ID: identity.properties.clientId
    AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
    RECORDS_TABLE_ENDPOINT: storage.outputs.tables
    KEY_VAULT_URL: vault.outputs.url
    PYTHON_THREADPOOL_THREAD_COUNT: '32'
    AZURE_FUNCTIONS_DURABLE_STRICT_TYPING: '1'
    APPLICATIONINSIGHTS_CONNECTION_STRING: telemetry.outputs.connectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
    // The exporter tells its maker nothing of itself, and takes no orders from elsewhere.
    APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL: 'true'
    APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED: 'true'
  })
}

// Who is not signed in gets 401, but for the page, liveness and the description of the API.
resource auth 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  // checkov:skip=CKV_AZURE_13:this is what it asks for
  // checkov:skip=CKV_AZURE_222:what a site has to have is looked for in its settings, too
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: !empty(entraClientId) }
    httpSettings: { requireHttps: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: ['/api/ui', '/api/ui/*', '/api/health', '/api/openapi.json']
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: !empty(entraClientId)
        registration: {
          clientId: entraClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${subscription().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [entraClientId, 'api://${entraClientId}'] }
      }
    }
  }
}

// With this, app and deployment endpoint answer in the network alone.
module endpoint 'endpoint.bicep' = if (exposure == 'private') {
  name: 'endpoint-app'
  params: {
    location: location
    tags: tags
    name: site.name
    targetId: site.id
    part: 'sites'
    zone: 'privatelink.azurewebsites.net'
    networkId: network.outputs.id
    subnetId: network.outputs.endpointSubnetId
  }
}

// What the app itself had to say.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'logs'
  properties: {
    workspaceId: telemetry.outputs.workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output url string = 'https://${site.properties.defaultHostName}'
output vaultUrl string = vault.outputs.url
output identityPrincipalId string = identity.properties.principalId
output networkId string = network.outputs.id
