/// Which users stay with the revision that has answered them, for as long as the release lasts: the field
/// `trafficRouting.stickiness`, which Argo Rollouts does not have.
///
/// It is monotone: who has seen the canary stays there while its weight grows. At weight 0 nobody is kept there.
package enum Stickiness: String, Sendable, Hashable {
  /// Users of the canary stay; all others are asked again with each request, so that weights hold for them.
  case canary
  /// Users of either revision stay, so that weights hold for newcomers only.
  case both
}
