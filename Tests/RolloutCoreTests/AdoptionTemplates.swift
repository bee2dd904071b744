import Primitives

/// Pod templates whose hashes in Argo Rollouts are known (docs/decisions/0001).
enum AdoptionTemplates {
  /// One container and nothing else.
  static let small: JSONValue = [
    "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
  ]

  /// What most services have, in a spelling that Kubernetes does not store.
  static let realistic = json(
    #"""
    {"metadata": {"creationTimestamp": null, "labels": {"app": "web", "app.kubernetes.io/name": "web"},
    "annotations": {"prometheus.io/scrape": "true", "note": "a < b && c > d é😀"}}, "spec": {
    "serviceAccountName": "web", "serviceAccount": "web", "securityContext": {"runAsNonRoot": true,
    "fsGroup": 2000}, "imagePullSecrets": [{"name": "registry"}], "initContainers": [{"name": "migrate",
    "image": "shop/migrate@sha256:0123", "command": ["sh", "-c", "migrate && echo done"]}], "containers": [{
    "name": "web", "image": "shop/web:1.2.3", "ports": [{"name": "http", "containerPort": 8080}], "env": [{
    "name": "LEVEL", "value": "info"}, {"name": "IP", "valueFrom": {"fieldRef": {
    "fieldPath": "status.podIP"}}}, {"name": "CPU", "valueFrom": {"resourceFieldRef": {
    "resource": "limits.cpu"}}}, {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "web", "key": "key",
    "optional": false}}}], "envFrom": [{"configMapRef": {"name": "web"}}], "resources": {"limits": {
    "cpu": 1, "memory": "1024Mi"}, "requests": {"cpu": "0.5", "memory": "512Mi"}}, "readinessProbe": {
    "httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5}, "livenessProbe": {"tcpSocket": {
    "port": 8080}, "initialDelaySeconds": 30}, "startupProbe": {"grpc": {"port": 9090}}, "lifecycle": {
    "preStop": {"exec": {"command": ["sleep", "5"]}}}, "volumeMounts": [{"name": "config",
    "mountPath": "/etc/web", "readOnly": true}, {"name": "cache", "mountPath": "/cache"}],
    "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
    "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100,
    "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchExpressions": [{
    "key": "app", "operator": "In", "values": ["web"]}]}}}]}}, "topologySpreadConstraints": [{"maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {
    "matchLabels": {"app": "web"}}}], "tolerations": [{"key": "spot", "operator": "Exists",
    "effect": "NoSchedule"}], "nodeSelector": {"disk": "ssd", "arch": "amd64"}, "volumes": [{
    "name": "config", "configMap": {"name": "web", "items": [{"key": "a", "path": "a.yaml"}]}}, {
    "name": "cache", "emptyDir": {"sizeLimit": "1.5Gi"}}, {"name": "token", "projected": {"sources": [{
    "serviceAccountToken": {"path": "token"}}, {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {
    "fieldPath": "metadata.labels"}}]}}]}}, {"name": "host", "hostPath": {"path": "/var/log"}}, {
    "name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
    "resources": {"requests": {"storage": "10Gi"}}}}}}, {"name": "bare"}]}}
    """#
  )

  /// Empty and zero values, some of which Go writes, and a field that it does not know.
  static let zeros = json(
    #"""
    {"metadata": {"labels": {}, "annotations": null}, "spec": {"hostNetwork": false, "priority": 0,
    "terminationGracePeriodSeconds": 0, "serviceAccountName": "", "automountServiceAccountToken": false,
    "tolerations": [], "volumes": [], "nodeSelector": {}, "containers": [{"name": "web", "image": "web",
    "args": [], "stdin": false, "workingDir": "", "resources": {"limits": {}, "requests": null}, "ports": [{
    "containerPort": 0, "hostPort": 0}], "env": [{"name": "EMPTY", "value": ""}], "livenessProbe": {
    "initialDelaySeconds": 0}, "securityContext": {"runAsUser": 0}}], "affinity": {"nodeAffinity": {
    "requiredDuringSchedulingIgnoredDuringExecution": {}}}, "unknown": 1}}
    """#
  )

  /// The template of Argo Rollouts' own hash test.
  static let red = json(
    #"""
    {"metadata": {"labels": {"name": "red"}}, "spec": {"containers": [{"name": "red", "image": "red",
    "terminationMessagePath": "/dev/termination-log", "imagePullPolicy": "Always"}], "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst", "securityContext": {}}}
    """#
  )

  static func json(_ text: String) -> JSONValue {
    do { return try JSONValue(parsing: text) } catch { preconditionFailure("\(error)") }
  }
}
