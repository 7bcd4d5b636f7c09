package playground

import _ "embed"

// Policy is the playground's own slipway.yaml: orders need two approvals, everything else is confirmed by who asks.
//
//go:embed policy.yaml
var Policy string
