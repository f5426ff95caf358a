package model

// CostDocument is what an image costs a month, as JSON shows it, in dollars.
type CostDocument struct {
	Low      float64      `json:"low"`
	High     float64      `json:"high"`
	Share    BandDocument `json:"share"`
	Basis    string       `json:"basis"`
	Currency string       `json:"currency"`
	Freed    BandDocument `json:"freed"`
}

// BandDocument is an amount between two bounds.
type BandDocument struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// BytesDocument is a size between two bounds.
type BytesDocument struct {
	Low  int64 `json:"low"`
	High int64 `json:"high"`
}
