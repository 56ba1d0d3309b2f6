"""The codes of refusals that Azure is known to make, but by a code nobody has shown us: [K].

Each is a setting: whoever meets the real code sets it, and tells us. A code that was seen in
recorded traffic, in documentation or in a report stands in the code, with its source beside it.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class AssumedCodes:
    """One field per refusal, named after what is refused."""

    # A value out of the range or the choices that are documented, where no code was seen.
    value_out_of_bounds_code: str = "InvalidParameterValue"
    tags_code: str = "InvalidTags"

    # Application gateways: the document as a whole.
    application_gateway_sku_code: str = "ApplicationGatewayInvalidSkuName"
    application_gateway_capacity_code: str = "ApplicationGatewaySkuCapacityInvalid"
    application_gateway_autoscale_code: str = "ApplicationGatewayAutoscaleConfigurationInvalid"
    application_gateway_inline_waf_code: str = "ApplicationGatewayWafConfigurationCannotBeCreated"
    application_gateway_place_count_code: str = "ApplicationGatewayIpConfigurationCountInvalid"
    frontend_count_code: str = "ApplicationGatewayFrontendIpConfigurationCountInvalid"
    frontend_subnet_code: str = "ApplicationGatewayFrontendIpSubnetMismatch"
    private_frontend_code: str = "ApplicationGatewayPrivateFrontendMustBeStatic"
    certificate_data_code: str = "ApplicationGatewaySslCertificateDataMustBeSpecified"
    certificate_identity_code: str = "ApplicationGatewayIdentityMissingForKeyVaultSecret"
    ssl_policy_code: str = "ApplicationGatewaySslPolicyInvalid"
    duplicate_child_code: str = "DuplicateResourceName"  # also of two subnets
    waf_policy_in_use_code: str = "ApplicationGatewayFirewallPolicyCannotBeDeleted"

    # Application gateways: what leads from a listener to a backend.
    probe_property_code: str = "ApplicationGatewayProbePropertyNotSupported"  # a host on layer 4
    probe_host_code: str = "ApplicationGatewayProbeHostInvalid"
    probe_path_code: str = "ApplicationGatewayProbePathInvalid"
    probe_timeout_code: str = "ApplicationGatewayProbeTimeoutGreaterThanInterval"
    probe_protocol_code: str = "ApplicationGatewayProbeProtocolMismatch"
    backend_protocol_code: str = "ApplicationGatewayBackendProtocolInvalid"
    listener_protocol_code: str = "ApplicationGatewayListenerProtocolInvalid"
    listener_property_code: str = "ApplicationGatewayListenerPropertyNotSupported"
    listener_certificate_code: str = "ApplicationGatewayListenerMissingSslCertificate"
    listener_incomplete_code: str = "ApplicationGatewayListenerMustReference"  # as of HTTP ones
    listener_port_shared_code: str = "ApplicationGatewayListenersUsingSameFrontendPort"  # as above
    listener_missing_code: str = "ApplicationGatewayMustHaveListener"
    listener_unused_code: str = "ApplicationGatewayListenerNotReferenced"
    rule_incomplete_code: str = "ApplicationGatewayRoutingRuleMustReference"  # as of HTTP ones
    rule_priority_range_code: str = "ApplicationGatewayRequestRoutingRulePriorityInvalid"
    rule_priority_taken_code: str = "ApplicationGatewayRequestRoutingRulePriorityNotUnique"
    rule_listener_taken_code: str = "ApplicationGatewayRuleListenerInvalid"

    # Virtual network gateways, their connections, circuits.
    gateway_place_count_code: str = "GatewayIpConfigurationCountInvalid"
    gateway_subnet_name_code: str = "InvalidGatewaySubnetName"
    gateway_subnet_route_code: str = "DefaultRouteNotAllowedOnGatewaySubnet"
    gateway_exists_code: str = "GatewayAlreadyExistsInVirtualNetwork"
    connection_incomplete_code: str = "ExpressRouteConnectionIncomplete"
    connection_exists_code: str = "ConnectionAlreadyExists"
    connection_limit_code: str = "ConnectionLimitExceeded"
    circuit_not_provisioned_code: str = "CircuitNotProvisioned"
    circuit_in_use_code: str = "CircuitHasActiveConnections"
    authorization_key_unknown_code: str = "ExpressRouteCircuitAuthorizationKeyInvalid"
    authorization_key_used_code: str = "ExpressRouteCircuitAuthorizationAlreadyUsed"

    # Bastion hosts.
    bastion_exists_code: str = "BastionHostAlreadyExistsInVirtualNetwork"
    bastion_downgrade_code: str = "BastionHostSkuDowngradeNotSupported"
    bastion_scale_code: str = "BastionHostScaleUnitsInvalid"
    bastion_feature_code: str = "BastionHostFeatureNotSupportedBySku"
    bastion_public_address_code: str = "BastionHostPublicIpAddressRequired"

    # Networks, addresses, routes.
    address_space_empty_code: str = "VnetAddressSpaceEmpty"
    address_space_reserved_code: str = "AddressPrefixOverlapsOrIsReserved"
    remote_network_missing_code: str = "RemoteVirtualNetworkMissing"
    remote_gateway_code: str = "UseRemoteGatewaysNotPossible"  # documented, but for the code
    subnet_too_small_code: str = "SubnetPrefixSizeInvalid"
    address_malformed_code: str = "InvalidIPAddressFormat"
    public_address_fixed_code: str = "PublicIPAddressPropertyCannotBeChanged"
    public_address_method_code: str = "StandardSkuPublicIPAddressesMustHaveStaticAllocationMethod"
    idle_timeout_code: str = "InvalidIdleTimeoutInMinutes"
    zones_code: str = "AvailabilityZonesNotSupportedInRegion"
    route_conflict_code: str = "RouteConflict"
    route_next_hop_code: str = "InvalidRouteNextHopIpAddress"

    resolver_code: str = "BadRequest"  # whatever the documentation of DNS resolvers excludes
    flow_log_code: str = "BadRequest"  # a target or an account that is missing or elsewhere
    connection_monitor_code: str = "BadRequest"  # parts that do not fit together
    watcher_agent_code: str = "NetworkWatcherAgentNotInstalled"

    # Quotas, named as the ones that were seen are: <what>CountLimitReached.
    security_group_quota_code: str = "NetworkSecurityGroupCountLimitReached"
    route_table_quota_code: str = "RouteTableCountLimitReached"
    network_interface_quota_code: str = "NetworkInterfaceCountLimitReached"
    application_gateway_quota_code: str = "ApplicationGatewayCountLimitReached"
    postgresql_quota_code: str = "QuotaExceeded"

    # PostgreSQL.
    server_name_code: str = "InvalidServerName"
    password_code: str = "PasswordNotComplex"  # noqa: S105 - a code, no password
    subnet_not_delegated_code: str = "InvalidParameterValue"
    standby_code: str = "ZoneRedundantHighAvailabilityNotSupported"
    entra_disabled_code: str = "AadAuthNotEnabledOnServer"
    server_with_replicas_code: str = "ServerHasReplicas"
    parameter_unknown_code: str = "ConfigurationNotFound"
    parameter_read_only_code: str = "ConfigurationIsReadOnly"
