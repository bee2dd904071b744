import GitOpsCore

/// The fields of the specs of our kinds, as the definitions under deploy/crds have them.
///
/// `name` is a field, `name{...}` one with these below it (of each element when it is a list), `name@group` one with the
/// fields of a group, and `name*` one below which anything may stand.
enum FieldNotation {
  /// By kind, what is below `spec`.
  static let specs: [GroupKind: String] = [
    GroupKind(group: "argoproj.io", kind: "Rollout"): """
    analysis{successfulRunHistoryLimit unsuccessfulRunHistoryLimit} minReadySeconds paused
    progressDeadlineAbort progressDeadlineSeconds replicas restartAt revisionHistoryLimit
    rollbackWindow{revisions} selector@selector strategy{blueGreen{abortScaleDownDelaySeconds
    activeMetadata@podMetadata activeService antiAffinity@antiAffinity autoPromotionEnabled
    autoPromotionSeconds maxUnavailable postPromotionAnalysis@analysis prePromotionAnalysis@analysis
    previewMetadata@podMetadata previewReplicaCount previewService scaleDownDelayRevisionLimit
    scaleDownDelaySeconds} canary{abortScaleDownDelaySeconds
    analysis{analysisRunMetadata@podMetadata args@rolloutArgs dryRun{metricName}
    measurementRetention@retention startingStep templates{clusterScope templateName}}
    antiAffinity@antiAffinity canaryMetadata@podMetadata canaryService dynamicStableScale maxSurge
    maxUnavailable minPodsPerReplicaSet onNewRevision pingPong{pingService pongService}
    replicaProgressThreshold{type value} scaleDownDelayRevisionLimit scaleDownDelaySeconds
    stableMetadata@podMetadata stableService steps@steps trafficRouting{alb{annotationPrefix ingress
    ingresses rootService servicePort stickinessConfig{durationSeconds enabled}}
    ambassador{mappings} apisix{route{name rules}}
    appMesh{virtualNodeGroup{canaryVirtualNodeRef{name} stableVirtualNodeRef{name}}
    virtualService{name routes}} istio{destinationRule{additionalSubsetNames canarySubsetName name
    stableSubsetName} virtualService{name routes tcpRoutes{port} tlsRoutes{port sniHosts}}
    virtualServices{name routes tcpRoutes{port} tlsRoutes{port sniHosts}}} managedRoutes{name}
    maxTrafficWeight nginx{additionalIngressAnnotations* annotationPrefix canaryIngressAnnotations*
    stableIngress stableIngresses} plugins* smi{rootService trafficSplitName} stickiness
    traefik{weightedTraefikServiceName}}}} template* workloadRef{apiVersion kind name scaleDown}
    """,
    GroupKind(group: "argoproj.io", kind: "AnalysisRun"): """
    args@runArgs dryRun{metricName} measurementRetention@retention metrics@metrics terminate
    ttlStrategy{secondsAfterCompletion secondsAfterFailure secondsAfterSuccess}
    """,
    GroupKind(group: "argoproj.io", kind: "AnalysisTemplate"): """
    args@runArgs dryRun{metricName} measurementRetention@retention metrics@metrics
    templates{clusterScope templateName}
    """,
    GroupKind(group: "argoproj.io", kind: "ClusterAnalysisTemplate"): """
    args@runArgs dryRun{metricName} measurementRetention@retention metrics@metrics
    templates{clusterScope templateName}
    """,
    GroupKind(group: "argoproj.io", kind: "Experiment"): """
    analyses{args@runArgs clusterScope name requiredForCompletion templateName}
    analysisRunMetadata@podMetadata dryRun{metricName} duration measurementRetention@retention
    progressDeadlineSeconds scaleDownDelaySeconds templates{minReadySeconds name replicas
    selector@selector service{name} template*} terminate
    """,
    GroupKind(group: "serin.dev", kind: "GitSource"): """
    auth{secretRef{name}} branch interval path sync{prune selfHeal} url
    writeBack{auth{secretRef{name}} author{email name} mode}
    """,
  ]

  /// By name, fields that occur in several places or are many.
  static let groups: [String: String] = [
    "stringMatch": """
    exact prefix regex
    """,
    "podMetadata": """
    annotations* labels*
    """,
    "rolloutArgs": """
    name value valueFrom{fieldRef{fieldPath} podTemplateHashValue secretKeyRef{key name}}
    """,
    "runArgs": """
    name value valueFrom{fieldRef{fieldPath} secretKeyRef{key name}}
    """,
    "selector": """
    matchExpressions{key operator values} matchLabels*
    """,
    "antiAffinity": """
    preferredDuringSchedulingIgnoredDuringExecution{weight}
    requiredDuringSchedulingIgnoredDuringExecution{}
    """,
    "retention": """
    limit metricName
    """,
    "authentication": """
    basicAuth{password username} oauth2{clientId clientSecret scopes tokenUrl} sigv4{profile region
    roleArn}
    """,
    "analysis": """
    analysisRunMetadata@podMetadata args@rolloutArgs dryRun{metricName}
    measurementRetention@retention templates{clusterScope templateName}
    """,
    "steps": """
    analysis@analysis analyze@analysis experiment{analyses{args{name value
    valueFrom{fieldRef{fieldPath} podTemplateHashValue}} clusterScope name requiredForCompletion
    templateName} analysisRunMetadata@podMetadata dryRun{metricName} duration scaleDownDelaySeconds
    templates{metadata@podMetadata name replicas selector@selector service{name} specRef weight}}
    pause{duration} plugin{config* name} setCanaryScale{matchTrafficWeight replicas weight}
    setHeaderRoute{match{headerName headerValue@stringMatch} name} setMirrorRoute{match{headers*
    method@stringMatch path@stringMatch} name percentage} setWeight
    """,
    "provider": """
    cloudWatch{interval metricDataQueries{expression id label metricStat{metric{dimensions{name
    value} metricName namespace} period stat unit} period returnData}} datadog{aggregator apiVersion
    formula interval queries* query requestTimeout secretRef{name namespaced}} graphite{address
    query} influxdb{profile query} job{metadata@podMetadata spec{activeDeadlineSeconds backoffLimit
    backoffLimitPerIndex completionMode completions managedBy manualSelector maxFailedIndexes
    parallelism podFailurePolicy{rules{action onExitCodes{containerName operator values}
    onPodConditions{status type}}} podReplacementPolicy selector@selector
    successPolicy{rules{succeededCount succeededIndexes}} suspend template*
    ttlSecondsAfterFinished}} kayenta{address application canaryConfigName configurationAccountName
    lookback metricsAccountName scopes{controlScope{end region scope start step} experimentScope{end
    region scope start step} name} storageAccountName threshold{marginal pass}} newRelic{profile
    query timeout} plugin* prometheus{address authentication@authentication headers{key value}
    insecure query rangeQuery{end start step} timeout} skywalking{address interval query}
    wavefront{address query} web{authentication@authentication body headers{key value} insecure
    jsonBody* jsonPath method timeoutSeconds url}
    """,
    "metrics": """
    compare* consecutiveErrorLimit consecutiveSuccessLimit count evidenceDeadline failureCondition
    failureLimit inconclusiveLimit initialDelay interval minSamples{count provider* query} name onEmpty
    onError onNaN onPartial provider@provider successCondition
    """,
  ]
}
