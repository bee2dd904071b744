/// The notation of ``SchemaLibrary`` for the built-in kinds, one text per group of the API.
enum SchemaText {
  static let all = [meta, pods, volumes, core, apps, batch, others]

  static let meta = """
    ObjectMeta: name s, generateName s, namespace s, selfLink s, uid s, resourceVersion s, generation i, \
    creationTimestamp s, deletionTimestamp s, deletionGracePeriodSeconds i, labels {s}, annotations {s}, \
    ownerReferences [OwnerReference]uid, finalizers [s]set, managedFields [any]
    ~OwnerReference: apiVersion s!, kind s!, name s!, uid s!, controller b, blockOwnerDeletion b
    ~LabelSelector: matchLabels {s}, matchExpressions [LabelSelectorRequirement]
    LabelSelectorRequirement: key s!, operator s!, values [s]
    Condition: type s!, status s!, observedGeneration i, lastTransitionTime s, lastUpdateTime s, \
    lastProbeTime s, lastHeartbeatTime s, reason s, message s
    ~ObjectReference: kind s, namespace s, name s, uid s, apiVersion s, resourceVersion s, fieldPath s
    ~LocalObjectReference: name s
    ~TypedLocalObjectReference: apiGroup s, kind s!, name s!
    """

  static let pods = """
    *Pod: spec PodSpec, status PodStatus
    *PodTemplate: template PodTemplateSpec
    PodTemplateSpec: metadata ObjectMeta, spec PodSpec
    PodSpec: volumes [Volume]name, initContainers [Container]name, containers [Container]name!, \
    ephemeralContainers [Container]name, restartPolicy s, terminationGracePeriodSeconds i, \
    activeDeadlineSeconds i, dnsPolicy s, nodeSelector {s}, serviceAccountName s, serviceAccount s, \
    automountServiceAccountToken b, nodeName s, hostNetwork b, hostPID b, hostIPC b, hostUsers b, \
    shareProcessNamespace b, securityContext PodSecurityContext, imagePullSecrets [LocalObjectReference]name, \
    hostname s, subdomain s, affinity Affinity, schedulerName s, tolerations [Toleration], \
    hostAliases [HostAlias]ip, priorityClassName s, priority i, dnsConfig PodDNSConfig, \
    readinessGates [PodReadinessGate], runtimeClassName s, enableServiceLinks b, preemptionPolicy s, \
    overhead {is}, topologySpreadConstraints [TopologySpreadConstraint]topologyKey+whenUnsatisfiable, \
    setHostnameAsFQDN b, os PodOS, schedulingGates [PodSchedulingGate]name, resourceClaims [any], \
    resources ResourceRequirements, hostnameOverride s
    PodOS: name s!
    PodSchedulingGate: name s!
    PodReadinessGate: conditionType s!
    HostAlias: ip s!, hostnames [s]
    PodDNSConfig: nameservers [s], searches [s], options [PodDNSConfigOption]
    PodDNSConfigOption: name s, value s
    Toleration: key s, operator s, value s, effect s, tolerationSeconds i
    TopologySpreadConstraint: maxSkew i!, topologyKey s!, whenUnsatisfiable s!, labelSelector LabelSelector, \
    minDomains i, nodeAffinityPolicy s, nodeTaintsPolicy s, matchLabelKeys [s]
    Affinity: nodeAffinity any, podAffinity any, podAntiAffinity any
    PodSecurityContext: seLinuxOptions any, windowsOptions any, runAsUser i, runAsGroup i, runAsNonRoot b, \
    supplementalGroups [i], supplementalGroupsPolicy s, fsGroup i, sysctls [any], fsGroupChangePolicy s, \
    seccompProfile SeccompProfile, appArmorProfile AppArmorProfile, seLinuxChangePolicy s
    SeccompProfile: type s!, localhostProfile s
    AppArmorProfile: type s!, localhostProfile s
    Container: name s!, image s, command [s], args [s], workingDir s, \
    ports [ContainerPort]containerPort+protocol, envFrom [EnvFromSource], env [EnvVar]name, \
    resources ResourceRequirements, resizePolicy [ContainerResizePolicy], restartPolicy s, \
    restartPolicyRules [any], volumeMounts [VolumeMount]mountPath, volumeDevices [VolumeDevice]devicePath, \
    livenessProbe Probe, readinessProbe Probe, startupProbe Probe, lifecycle Lifecycle, \
    terminationMessagePath s, terminationMessagePolicy s, imagePullPolicy s, securityContext SecurityContext, \
    stdin b, stdinOnce b, tty b, targetContainerName s
    ContainerPort: name s, hostPort i, containerPort i!, protocol s, hostIP s
    ContainerResizePolicy: resourceName s!, restartPolicy s!
    EnvVar: name s!, value s, valueFrom EnvVarSource
    EnvVarSource: fieldRef ObjectFieldSelector, resourceFieldRef ResourceFieldSelector, \
    configMapKeyRef KeySelector, secretKeyRef KeySelector, fileKeyRef any
    ~ObjectFieldSelector: apiVersion s, fieldPath s!
    ~ResourceFieldSelector: containerName s, resource s!, divisor is
    ~KeySelector: name s, key s!, optional b
    EnvFromSource: prefix s, configMapRef SourceReference, secretRef SourceReference
    SourceReference: name s, optional b
    ResourceRequirements: limits {is}, requests {is}, claims [ResourceClaim]name
    ResourceClaim: name s!, request s
    VolumeMount: name s!, readOnly b, recursiveReadOnly s, mountPath s!, subPath s, mountPropagation s, subPathExpr s
    VolumeDevice: name s!, devicePath s!
    Probe: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction, grpc GRPCAction, \
    initialDelaySeconds i, timeoutSeconds i, periodSeconds i, successThreshold i, failureThreshold i, \
    terminationGracePeriodSeconds i
    ExecAction: command [s]
    HTTPGetAction: path s, port is!, host s, scheme s, httpHeaders [HTTPHeader]
    HTTPHeader: name s!, value s!
    TCPSocketAction: port is!, host s
    GRPCAction: port i!, service s
    Lifecycle: postStart LifecycleHandler, preStop LifecycleHandler, stopSignal s
    LifecycleHandler: exec ExecAction, httpGet HTTPGetAction, tcpSocket TCPSocketAction, sleep SleepAction
    SleepAction: seconds i!
    SecurityContext: capabilities Capabilities, privileged b, seLinuxOptions any, windowsOptions any, runAsUser i, \
    runAsGroup i, runAsNonRoot b, readOnlyRootFilesystem b, allowPrivilegeEscalation b, procMount s, \
    seccompProfile SeccompProfile, appArmorProfile AppArmorProfile
    Capabilities: add [s], drop [s]
    PodStatus: observedGeneration i, phase s, conditions [Condition]type, message s, reason s, \
    nominatedNodeName s, hostIP s, hostIPs [IPHolder], podIP s, podIPs [IPHolder]ip, startTime s, \
    initContainerStatuses [ContainerStatus], containerStatuses [ContainerStatus], qosClass s, \
    ephemeralContainerStatuses [ContainerStatus], resize s, resourceClaimStatuses [any]
    IPHolder: ip s
    ContainerStatus: name s!, state ContainerState, lastState ContainerState, ready b, restartCount i, image s, \
    imageID s, containerID s, started b, allocatedResources {is}, resources any, volumeMounts [any], user any
    ContainerState: waiting ContainerStateWaiting, running ContainerStateRunning, \
    terminated ContainerStateTerminated
    ContainerStateWaiting: reason s, message s
    ContainerStateRunning: startedAt s
    ContainerStateTerminated: exitCode i, signal i, reason s, message s, startedAt s, finishedAt s, containerID s
    """

  static let volumes = """
    Volume: name s!, hostPath HostPathVolume, emptyDir EmptyDirVolume, secret SecretVolume, \
    configMap ConfigMapVolume, persistentVolumeClaim ClaimVolume, projected ProjectedVolume, \
    downwardAPI DownwardAPIVolume, ephemeral any, csi any, nfs any, iscsi any, cephfs any, fc any, \
    azureFile any, azureDisk any, awsElasticBlockStore any, gcePersistentDisk any, image any, rbd any, \
    vsphereVolume any, portworxVolume any, scaleIO any, storageos any, flexVolume any, glusterfs any, \
    quobyte any, photonPersistentDisk any, flocker any, gitRepo any, cinder any
    HostPathVolume: path s!, type s
    EmptyDirVolume: medium s, sizeLimit is
    SecretVolume: secretName s, items [KeyToPath], defaultMode i, optional b
    ConfigMapVolume: name s, items [KeyToPath], defaultMode i, optional b
    KeyToPath: key s!, path s!, mode i
    ClaimVolume: claimName s!, readOnly b
    ProjectedVolume: sources [any], defaultMode i
    DownwardAPIVolume: items [DownwardAPIFile], defaultMode i
    DownwardAPIFile: path s!, fieldRef ObjectFieldSelector, resourceFieldRef ResourceFieldSelector, mode i
    """

  static let core = """
    *Namespace: spec NamespaceSpec, status NamespaceStatus
    NamespaceSpec: finalizers [s]
    NamespaceStatus: phase s, conditions [Condition]type
    *ConfigMap: data {s}, binaryData {s}, immutable b
    *Secret: data {s}, stringData {s}, type s, immutable b
    *ServiceAccount: secrets [ObjectReference]name, imagePullSecrets [LocalObjectReference], \
    automountServiceAccountToken b
    *Service: spec ServiceSpec, status ServiceStatus
    ServiceSpec: ports [ServicePort]port+protocol, selector {s}, clusterIP s, clusterIPs [s], type s, \
    externalIPs [s], sessionAffinity s, sessionAffinityConfig any, loadBalancerIP s, \
    loadBalancerSourceRanges [s], externalName s, externalTrafficPolicy s, healthCheckNodePort i, \
    publishNotReadyAddresses b, ipFamilies [s], ipFamilyPolicy s, allocateLoadBalancerNodePorts b, \
    loadBalancerClass s, internalTrafficPolicy s, trafficDistribution s
    ServicePort: name s, protocol s, appProtocol s, port i!, targetPort is, nodePort i
    ServiceStatus: loadBalancer any, conditions [Condition]type
    *Endpoints: subsets [EndpointSubset]
    EndpointSubset: addresses [any], notReadyAddresses [any], ports [any]
    *Event: involvedObject ObjectReference!, reason s, message s, source EventSource, firstTimestamp s, \
    lastTimestamp s, count i, type s, eventTime s, series EventSeries, action s, related ObjectReference, \
    reportingComponent s, reportingInstance s
    EventSource: component s, host s
    EventSeries: count i, lastObservedTime s
    *NewEvent: eventTime s, series EventSeries, reportingController s, reportingInstance s, action s, reason s, \
    regarding ObjectReference, related ObjectReference, note s, type s, deprecatedSource EventSource, \
    deprecatedFirstTimestamp s, deprecatedLastTimestamp s, deprecatedCount i
    *Node: spec NodeSpec, status any
    NodeSpec: podCIDR s, podCIDRs [s]set, providerID s, unschedulable b, taints [any], externalID s, configSource any
    *PersistentVolumeClaim: spec any, status any
    *PersistentVolume: spec any, status any
    *LimitRange: spec any
    *ResourceQuota: spec any, status any
    *ReplicationController: spec any, status any
    """

  static let apps = """
    *ReplicaSet: spec ReplicaSetSpec, status ReplicaSetStatus
    ReplicaSetSpec: replicas i, minReadySeconds i, selector LabelSelector!, template PodTemplateSpec
    ReplicaSetStatus: replicas i!, fullyLabeledReplicas i, readyReplicas i, availableReplicas i, \
    terminatingReplicas i, observedGeneration i, conditions [Condition]type
    *Deployment: spec DeploymentSpec, status DeploymentStatus
    DeploymentSpec: replicas i, selector LabelSelector!, template PodTemplateSpec!, \
    strategy DeploymentStrategy, minReadySeconds i, revisionHistoryLimit i, paused b, progressDeadlineSeconds i
    DeploymentStrategy: type s, rollingUpdate RollingUpdate
    RollingUpdate: maxUnavailable is, maxSurge is
    DeploymentStatus: observedGeneration i, replicas i, updatedReplicas i, readyReplicas i, \
    availableReplicas i, unavailableReplicas i, terminatingReplicas i, conditions [Condition]type, collisionCount i
    *DaemonSet: spec DaemonSetSpec, status any
    DaemonSetSpec: selector LabelSelector!, template PodTemplateSpec!, updateStrategy any, minReadySeconds i, \
    revisionHistoryLimit i
    *StatefulSet: spec StatefulSetSpec, status any
    StatefulSetSpec: replicas i, selector LabelSelector!, template PodTemplateSpec!, volumeClaimTemplates [any], \
    serviceName s, podManagementPolicy s, updateStrategy any, revisionHistoryLimit i, minReadySeconds i, \
    persistentVolumeClaimRetentionPolicy any, ordinals any
    *ControllerRevision: data any, revision i!
    """

  static let batch = """
    *Job: spec JobSpec, status JobStatus
    JobSpec: parallelism i, completions i, activeDeadlineSeconds i, podFailurePolicy any, successPolicy any, \
    backoffLimit i, backoffLimitPerIndex i, maxFailedIndexes i, selector LabelSelector, manualSelector b, \
    template PodTemplateSpec!, ttlSecondsAfterFinished i, completionMode s, suspend b, podReplacementPolicy s, \
    managedBy s
    JobStatus: conditions [Condition], startTime s, completionTime s, active i, succeeded i, failed i, \
    terminating i, completedIndexes s, failedIndexes s, uncountedTerminatedPods any, ready i
    *CronJob: spec CronJobSpec, status any
    CronJobSpec: schedule s!, timeZone s, startingDeadlineSeconds i, concurrencyPolicy s, suspend b, \
    jobTemplate JobTemplateSpec!, successfulJobsHistoryLimit i, failedJobsHistoryLimit i
    JobTemplateSpec: metadata ObjectMeta, spec JobSpec
    """

  static let others = """
    *Lease: spec LeaseSpec
    LeaseSpec: holderIdentity s, leaseDurationSeconds i, acquireTime s, renewTime s, leaseTransitions i, \
    strategy s, preferredHolder s
    *EndpointSlice: addressType s!, endpoints [Endpoint]!, ports [EndpointPort]!
    Endpoint: addresses [s]set, conditions EndpointConditions, hostname s, targetRef ObjectReference, \
    deprecatedTopology {s}, nodeName s, zone s, hints any
    EndpointConditions: ready b, serving b, terminating b
    EndpointPort: name s, protocol s, port i, appProtocol s
    *HorizontalPodAutoscaler: spec HPASpec, status any
    HPASpec: scaleTargetRef ScaleTargetRef!, minReplicas i, maxReplicas i!, metrics [any], behavior any, \
    targetCPUUtilizationPercentage i
    ScaleTargetRef: kind s!, name s!, apiVersion s
    *PodDisruptionBudget: spec PDBSpec, status any
    PDBSpec: minAvailable is, selector LabelSelector, maxUnavailable is, unhealthyPodEvictionPolicy s
    *Role: rules [PolicyRule]!
    *ClusterRole: rules [PolicyRule]!, aggregationRule any
    PolicyRule: verbs [s]!, apiGroups [s], resources [s], resourceNames [s], nonResourceURLs [s]
    *RoleBinding: subjects [Subject], roleRef RoleRef!
    *ClusterRoleBinding: subjects [Subject], roleRef RoleRef!
    ~RoleRef: apiGroup s!, kind s!, name s!
    ~Subject: kind s!, apiGroup s, name s!, namespace s
    *Ingress: spec IngressSpec, status any
    IngressSpec: ingressClassName s, defaultBackend IngressBackend, tls [IngressTLS], rules [IngressRule]
    IngressBackend: service IngressServiceBackend, resource TypedLocalObjectReference
    IngressServiceBackend: name s!, port ServiceBackendPort
    ~ServiceBackendPort: name s, number i
    IngressTLS: hosts [s], secretName s
    IngressRule: host s, http HTTPIngressRuleValue
    HTTPIngressRuleValue: paths [HTTPIngressPath]!
    HTTPIngressPath: path s, pathType s!, backend IngressBackend!
    *IngressClass: spec any
    *NetworkPolicy: spec any
    *PriorityClass: value i!, globalDefault b, description s, preemptionPolicy s
    *StorageClass: provisioner s!, parameters {s}, reclaimPolicy s, mountOptions [s], allowVolumeExpansion b, \
    volumeBindingMode s, allowedTopologies [any]
    *CustomResourceDefinition: spec any, status any
    *ValidatingAdmissionPolicy: spec any, status any
    *ValidatingAdmissionPolicyBinding: spec any
    *Scale: spec ScaleSpec, status ScaleStatus
    ScaleSpec: replicas i
    ScaleStatus: replicas i!, selector s
    """
}
