// The right to connect to one circuit, which usually lies in a group that somebody else owns.
param circuitName string
param environmentName string
param actions array
param principalId string

resource circuit 'Microsoft.Network/expressRouteCircuits@2024-05-01' existing = {
  name: circuitName
}

resource joiner 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, environmentName, 'joiner')
  properties: {
    roleName: 'hybriddb circuit joiner (${environmentName}, ${resourceGroup().name})'
    description: 'Read an ExpressRoute circuit and connect a gateway to it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: actions, notActions: [], dataActions: [], notDataActions: [] }]
  }
}

resource joining 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: circuit
  name: guid(circuit.id, environmentName, 'joining')
  properties: {
    roleDefinitionId: joiner.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
