/// The structs of a pod template in Kubernetes' Go API, core/v1 of 1.37, whose fields are those of earlier releases and
/// some more. Order, pointers and emptiness were read off what a Go client writes (docs/decisions/0001); standard values
/// are those that an API server gives the template of a ReplicaSet.
enum PodTypes {
  /// The root is `PodTemplateSpec`.
  static let all = GoTypes(pod + volumes)

  private static let pod = """
    PodTemplateSpec metadata:ObjectMeta spec:PodSpec
    ObjectMeta name:string generateName:string namespace:string selfLink:string uid:string
      resourceVersion:string generation:int creationTimestamp:time deletionTimestamp:*time
      deletionGracePeriodSeconds:*int labels:{string} annotations:{string} ownerReferences:[OwnerReference]
      finalizers:[string]
    OwnerReference apiVersion:string! kind:string! name:string! uid:string! controller:*bool
      blockOwnerDeletion:*bool
    PodSpec volumes:[Volume] initContainers:[Container] containers:[Container]!
      ephemeralContainers:[EphemeralContainer] restartPolicy:string=Always
      terminationGracePeriodSeconds:*int=30 activeDeadlineSeconds:*int dnsPolicy:string=ClusterFirst
      nodeSelector:{string} serviceAccountName:string serviceAccount:string
      automountServiceAccountToken:*bool nodeName:string hostNetwork:bool hostPID:bool hostIPC:bool
      shareProcessNamespace:*bool securityContext:*PodSecurityContext={}
      imagePullSecrets:[LocalObjectReference] hostname:string subdomain:string affinity:*Affinity
      schedulerName:string=default-scheduler tolerations:[Toleration] hostAliases:[HostAlias]
      priorityClassName:string priority:*int dnsConfig:*PodDNSConfig readinessGates:[PodReadinessGate]
      runtimeClassName:*string enableServiceLinks:*bool preemptionPolicy:*string overhead:{quantity}
      topologySpreadConstraints:[TopologySpreadConstraint] setHostnameAsFQDN:*bool os:*PodOS hostUsers:*bool
      schedulingGates:[PodSchedulingGate] resourceClaims:[PodResourceClaim] resources:*ResourceRequirements
      hostnameOverride:*string schedulingGroup:*PodSchedulingGroup evictionResponders:[EvictionResponder]
    Container name:string! image:string command:[string] args:[string] workingDir:string
      ports:[ContainerPort] envFrom:[EnvFromSource] env:[EnvVar] resources:ResourceRequirements
      resizePolicy:[ContainerResizePolicy] restartPolicy:*string restartPolicyRules:[ContainerRestartRule]
      volumeMounts:[VolumeMount] volumeDevices:[VolumeDevice] livenessProbe:*Probe readinessProbe:*Probe
      startupProbe:*Probe lifecycle:*Lifecycle terminationMessagePath:string=/dev/termination-log
      terminationMessagePolicy:string=File imagePullPolicy:string=@image securityContext:*SecurityContext
      stdin:bool stdinOnce:bool tty:bool
    EphemeralContainer name:string! image:string command:[string] args:[string] workingDir:string
      ports:[ContainerPort] envFrom:[EnvFromSource] env:[EnvVar] resources:ResourceRequirements
      resizePolicy:[ContainerResizePolicy] restartPolicy:*string restartPolicyRules:[ContainerRestartRule]
      volumeMounts:[VolumeMount] volumeDevices:[VolumeDevice] livenessProbe:*Probe readinessProbe:*Probe
      startupProbe:*Probe lifecycle:*Lifecycle terminationMessagePath:string=/dev/termination-log
      terminationMessagePolicy:string=File imagePullPolicy:string=@image securityContext:*SecurityContext
      stdin:bool stdinOnce:bool tty:bool targetContainerName:string
    ContainerPort name:string hostPort:int containerPort:int! protocol:string=TCP hostIP:string
    EnvFromSource prefix:string configMapRef:*OptionalReference secretRef:*OptionalReference
    OptionalReference name:string optional:*bool
    EnvVar name:string! value:string valueFrom:*EnvVarSource
    EnvVarSource fieldRef:*ObjectFieldSelector resourceFieldRef:*ResourceFieldSelector
      configMapKeyRef:*KeySelector secretKeyRef:*KeySelector fileKeyRef:*FileKeySelector
    ObjectFieldSelector apiVersion:string=v1 fieldPath:string!
    ResourceFieldSelector containerName:string resource:string! divisor:quantity
    KeySelector name:string key:string! optional:*bool
    FileKeySelector volumeName:string! path:string! key:string! optional:*bool=false
    ResourceRequirements limits:{quantity} requests:{quantity} claims:[ResourceClaim]
    ResourceClaim name:string! request:string
    ContainerResizePolicy resourceName:string! restartPolicy:string!
    ContainerRestartRule action:string exitCodes:*ContainerRestartRuleOnExitCodes
    ContainerRestartRuleOnExitCodes operator:string values:[int]
    VolumeMount name:string! readOnly:bool recursiveReadOnly:*string mountPath:string! subPath:string
      mountPropagation:*string subPathExpr:string bindMountOptions:[string]
    VolumeDevice name:string! devicePath:string!
    Probe exec:*ExecAction httpGet:*HTTPGetAction tcpSocket:*TCPSocketAction grpc:*GRPCAction
      initialDelaySeconds:int timeoutSeconds:int=1 periodSeconds:int=10 successThreshold:int=1
      failureThreshold:int=3 terminationGracePeriodSeconds:*int
    ExecAction command:[string]
    HTTPGetAction path:string=/ port:intOrString! host:string scheme:string=HTTP httpHeaders:[HTTPHeader]
      protocol:*string
    HTTPHeader name:string! value:string!
    TCPSocketAction port:intOrString! host:string
    GRPCAction port:int! service:*string!= mode:*string
    Lifecycle postStart:*LifecycleHandler preStop:*LifecycleHandler stopSignal:*string
    LifecycleHandler exec:*ExecAction httpGet:*HTTPGetAction tcpSocket:*TCPSocketAction sleep:*SleepAction
    SleepAction seconds:int!
    SecurityContext capabilities:*Capabilities privileged:*bool seLinuxOptions:*SELinuxOptions
      windowsOptions:*WindowsSecurityContextOptions runAsUser:*int runAsGroup:*int runAsNonRoot:*bool
      readOnlyRootFilesystem:*bool allowPrivilegeEscalation:*bool procMount:*string=Default
      seccompProfile:*LocalProfile appArmorProfile:*LocalProfile
    Capabilities add:[string] drop:[string]
    SELinuxOptions user:string role:string type:string level:string
    WindowsSecurityContextOptions gmsaCredentialSpecName:*string gmsaCredentialSpec:*string
      runAsUserName:*string hostProcess:*bool
    LocalProfile type:string! localhostProfile:*string
    PodSecurityContext seLinuxOptions:*SELinuxOptions windowsOptions:*WindowsSecurityContextOptions
      runAsUser:*int runAsGroup:*int runAsNonRoot:*bool supplementalGroups:[int]
      supplementalGroupsPolicy:*string fsGroup:*int sysctls:[Sysctl] fsGroupChangePolicy:*string
      seccompProfile:*LocalProfile appArmorProfile:*LocalProfile seLinuxChangePolicy:*string
    Sysctl name:string! value:string!
    LocalObjectReference name:string
    Affinity nodeAffinity:*NodeAffinity podAffinity:*PodAffinity podAntiAffinity:*PodAffinity
    NodeAffinity requiredDuringSchedulingIgnoredDuringExecution:*NodeSelector
      preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]
    NodeSelector nodeSelectorTerms:[NodeSelectorTerm]!
    NodeSelectorTerm matchExpressions:[SelectorRequirement] matchFields:[SelectorRequirement]
    SelectorRequirement key:string! operator:string! values:[string]
    PreferredSchedulingTerm weight:int! preference:NodeSelectorTerm!
    PodAffinity requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
      preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
    PodAffinityTerm labelSelector:*LabelSelector namespaces:[string] topologyKey:string!
      namespaceSelector:*LabelSelector matchLabelKeys:[string] mismatchLabelKeys:[string]
    WeightedPodAffinityTerm weight:int! podAffinityTerm:PodAffinityTerm!
    LabelSelector matchLabels:{string} matchExpressions:[SelectorRequirement]
    Toleration key:string operator:string value:string effect:string tolerationSeconds:*int
    HostAlias ip:string! hostnames:[string]
    PodDNSConfig nameservers:[string] searches:[string] options:[PodDNSConfigOption]
    PodDNSConfigOption name:string value:*string
    PodReadinessGate conditionType:string!
    TopologySpreadConstraint maxSkew:int! topologyKey:string! whenUnsatisfiable:string!
      labelSelector:*LabelSelector minDomains:*int nodeAffinityPolicy:*string nodeTaintsPolicy:*string
      matchLabelKeys:[string]
    PodOS name:string!
    PodSchedulingGate name:string!
    PodResourceClaim name:string! resourceClaimName:*string resourceClaimTemplateName:*string
    PodSchedulingGroup podGroupName:*string
    EvictionResponder name:string! priority:*int!

    """

  private static let volumes = """
    Volume name:string! hostPath:*HostPathVolumeSource emptyDir:*EmptyDirVolumeSource
      gcePersistentDisk:*GCEPersistentDiskVolumeSource
      awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource gitRepo:*GitRepoVolumeSource
      secret:*SecretVolumeSource nfs:*NFSVolumeSource iscsi:*ISCSIVolumeSource
      glusterfs:*GlusterfsVolumeSource persistentVolumeClaim:*PersistentVolumeClaimVolumeSource
      rbd:*RBDVolumeSource flexVolume:*FlexVolumeSource cinder:*CinderVolumeSource
      cephfs:*CephFSVolumeSource flocker:*FlockerVolumeSource downwardAPI:*DownwardAPIVolumeSource
      fc:*FCVolumeSource azureFile:*AzureFileVolumeSource configMap:*ConfigMapVolumeSource
      vsphereVolume:*VsphereVirtualDiskVolumeSource quobyte:*QuobyteVolumeSource
      azureDisk:*AzureDiskVolumeSource photonPersistentDisk:*PhotonPersistentDiskVolumeSource
      projected:*ProjectedVolumeSource portworxVolume:*PortworxVolumeSource scaleIO:*ScaleIOVolumeSource
      storageos:*StorageOSVolumeSource csi:*CSIVolumeSource ephemeral:*EphemeralVolumeSource
      image:*ImageVolumeSource
    HostPathVolumeSource path:string! type:*string=
    EmptyDirVolumeSource medium:string sizeLimit:*quantity mode:*int
    GCEPersistentDiskVolumeSource pdName:string! fsType:string partition:int readOnly:bool
    AWSElasticBlockStoreVolumeSource volumeID:string! fsType:string partition:int readOnly:bool
    GitRepoVolumeSource repository:string! revision:string directory:string
    SecretVolumeSource secretName:string items:[KeyToPath] defaultMode:*int=420 optional:*bool
      defaultUser:*int
    KeyToPath key:string! path:string! mode:*int user:*int
    NFSVolumeSource server:string! path:string! readOnly:bool
    ISCSIVolumeSource targetPortal:string! iqn:string! lun:int! iscsiInterface:string=default fsType:string
      readOnly:bool portals:[string] chapAuthDiscovery:bool chapAuthSession:bool
      secretRef:*LocalObjectReference initiatorName:*string
    GlusterfsVolumeSource endpoints:string! path:string! readOnly:bool
    PersistentVolumeClaimVolumeSource claimName:string! readOnly:bool
    RBDVolumeSource monitors:[string]! image:string! fsType:string pool:string=rbd user:string=admin
      keyring:string=/etc/ceph/keyring secretRef:*LocalObjectReference readOnly:bool
    FlexVolumeSource driver:string! fsType:string secretRef:*LocalObjectReference readOnly:bool
      options:{string}
    CinderVolumeSource volumeID:string! fsType:string readOnly:bool secretRef:*LocalObjectReference
    CephFSVolumeSource monitors:[string]! path:string user:string secretFile:string
      secretRef:*LocalObjectReference readOnly:bool
    FlockerVolumeSource datasetName:string datasetUUID:string
    DownwardAPIVolumeSource items:[DownwardAPIVolumeFile] defaultMode:*int=420 defaultUser:*int
    DownwardAPIVolumeFile path:string! fieldRef:*ObjectFieldSelector resourceFieldRef:*ResourceFieldSelector
      mode:*int user:*int
    FCVolumeSource targetWWNs:[string] lun:*int fsType:string readOnly:bool wwids:[string]
    AzureFileVolumeSource secretName:string! shareName:string! readOnly:bool
    ConfigMapVolumeSource name:string items:[KeyToPath] defaultMode:*int=420 optional:*bool defaultUser:*int
    VsphereVirtualDiskVolumeSource volumePath:string! fsType:string storagePolicyName:string
      storagePolicyID:string
    QuobyteVolumeSource registry:string! volume:string! readOnly:bool user:string group:string tenant:string
    AzureDiskVolumeSource diskName:string! diskURI:string! cachingMode:*string=ReadWrite fsType:*string=ext4
      readOnly:*bool=false kind:*string=Shared
    PhotonPersistentDiskVolumeSource pdID:string! fsType:string
    ProjectedVolumeSource sources:[VolumeProjection]! defaultMode:*int=420 defaultUser:*int
    VolumeProjection secret:*SecretProjection downwardAPI:*DownwardAPIProjection
      configMap:*ConfigMapProjection serviceAccountToken:*ServiceAccountTokenProjection
      clusterTrustBundle:*ClusterTrustBundleProjection podCertificate:*PodCertificateProjection
    SecretProjection name:string items:[KeyToPath] optional:*bool
    DownwardAPIProjection items:[DownwardAPIVolumeFile]
    ConfigMapProjection name:string items:[KeyToPath] optional:*bool
    ServiceAccountTokenProjection audience:string expirationSeconds:*int=3600 path:string! user:*int
    ClusterTrustBundleProjection name:*string signerName:*string labelSelector:*LabelSelector optional:*bool
      path:string! user:*int
    PodCertificateProjection signerName:string keyType:string maxExpirationSeconds:*int=86400
      credentialBundlePath:string keyPath:string certificateChainPath:string userAnnotations:{string}
      user:*int
    PortworxVolumeSource volumeID:string! fsType:string readOnly:bool
    ScaleIOVolumeSource gateway:string! system:string! secretRef:*LocalObjectReference! sslEnabled:bool
      protectionDomain:string storagePool:string storageMode:string=ThinProvisioned volumeName:string
      fsType:string=xfs readOnly:bool
    StorageOSVolumeSource volumeName:string volumeNamespace:string fsType:string readOnly:bool
      secretRef:*LocalObjectReference
    CSIVolumeSource driver:string! readOnly:*bool fsType:*string volumeAttributes:{string}
      nodePublishSecretRef:*LocalObjectReference
    EphemeralVolumeSource volumeClaimTemplate:*PersistentVolumeClaimTemplate
    PersistentVolumeClaimTemplate metadata:ObjectMeta spec:PersistentVolumeClaimSpec!
    PersistentVolumeClaimSpec accessModes:[string] selector:*LabelSelector
      resources:VolumeResourceRequirements volumeName:string storageClassName:*string
      volumeMode:*string=Filesystem dataSource:*TypedLocalObjectReference
      dataSourceRef:*TypedObjectReference volumeAttributesClassName:*string
    VolumeResourceRequirements limits:{quantity} requests:{quantity}
    TypedLocalObjectReference apiGroup:*string! kind:string! name:string!
    TypedObjectReference apiGroup:*string! kind:string! name:string! namespace:*string
    ImageVolumeSource reference:string pullPolicy:string=@reference

    """
}
