/// The structs of a canary's steps in Argo Rollouts' Go API, v1alpha1 (reference, section 1.5).
enum CanaryStepTypes {
  /// The root is `CanaryStep`.
  static let all = GoTypes(
    """
    CanaryStep setWeight:*int pause:*RolloutPause experiment:*RolloutExperimentStep analysis:*RolloutAnalysis
      setCanaryScale:*SetCanaryScale setHeaderRoute:*SetHeaderRoute setMirrorRoute:*SetMirrorRoute plugin:*PluginStep
    RolloutPause duration:*intOrString
    SetCanaryScale weight:*int replicas:*int matchTrafficWeight:bool
    SetHeaderRoute name:string match:[HeaderRoutingMatch]
    HeaderRoutingMatch headerName:string! headerValue:*StringMatch!
    SetMirrorRoute name:string! match:[RouteMatch] percentage:*int
    RouteMatch method:*StringMatch path:*StringMatch headers:{StringMatch}
    StringMatch exact:string prefix:string regex:string
    PluginStep name:string! config:raw
    RolloutAnalysis templates:[AnalysisTemplateRef] args:[AnalysisRunArgument] dryRun:[DryRun]
      measurementRetention:[MeasurementRetention] analysisRunMetadata:Metadata
    AnalysisTemplateRef templateName:string! clusterScope:bool
    AnalysisRunArgument name:string! value:string valueFrom:*ArgumentValueFrom
    ArgumentValueFrom podTemplateHashValue:*string fieldRef:*FieldRef
    FieldRef fieldPath:string!
    DryRun metricName:string!
    MeasurementRetention metricName:string! limit:int!
    Metadata labels:{string} annotations:{string}
    RolloutExperimentStep templates:[RolloutExperimentTemplate]! duration:string
      analyses:[ExperimentAnalysisRef] dryRun:[DryRun] analysisRunMetadata:Metadata scaleDownDelaySeconds:*int
    RolloutExperimentTemplate name:string! specRef:string! replicas:*int metadata:Metadata selector:*LabelSelector
      weight:*int service:*TemplateService
    TemplateService name:string
    ExperimentAnalysisRef name:string! templateName:string! clusterScope:bool args:[AnalysisRunArgument]
      requiredForCompletion:bool
    LabelSelector matchLabels:{string} matchExpressions:[LabelSelectorRequirement]
    LabelSelectorRequirement key:string! operator:string! values:[string]

    """
  )
}
