// The right to run the query of a validation on the machines of one resource group.
param environmentName string
param roleDefinitionId string
param principalId string

resource probing 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, environmentName, 'probing')
  properties: {
    roleDefinitionId: roleDefinitionId
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
