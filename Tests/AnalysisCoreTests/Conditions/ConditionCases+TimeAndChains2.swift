extension ConditionCase {
  static let timeAndChains2 = ##"""
    nil ?? nil ?? 3  ===> 3
    false ?? true  ===> false
    [nil ?? 1, 2]  ===> [1,2]
    1 in 1..3  ===> true
    1.0 in [1]  ===> true
    "a" in ["a", 1]  ===> true
    {a:1} == {"a":1.0}  ===> false
    {a:1} in [{a:1}]  ===> true
    [[1]] == [[1]]  ===> true
    nil in {a:1}  ===! syntax 5 cannot use nil as type string in map key
    1 in {a:1}  ===! syntax 3 cannot use int as type string in map key
    "x" in nil  ===! syntax 5 invalid operation: in (mismatched types string and nil)
    """##
}
