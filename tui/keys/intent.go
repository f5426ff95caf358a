// Package keys holds what a user can ask for, the intents, and the one table
// that says with which keys. Dispatch, help, hint bar, palette and the
// generated docs all read that table; no screen sees a raw key, except a text
// field while it is being typed in.
package keys

// Intent is something the user wants. The set is closed.
type Intent interface{ intent() }

// The intents.
type (
	// Move moves the cursor by rows.
	Move struct{ By int }
	// Page moves the cursor by half screens: 2 is a whole one.
	Page struct{ Halves int }
	// Jump moves the cursor to the first or last row.
	Jump struct{ End bool }
	// Scroll moves the columns under the window.
	Scroll struct{ By int }
	// Open opens the row under the cursor, or takes the chosen entry.
	Open struct{}
	// Back closes what is open, or clears the filter.
	Back struct{}
	// Find starts the filter field.
	Find struct{}
	// Command opens the palette.
	Command struct{}
	// Help opens the help for this screen.
	Help struct{}
	// Mark marks the row under the cursor and advances.
	Mark struct{}
	// MarkRange marks from the last mark to the cursor.
	MarkRange struct{}
	// MarkShown marks every row that the filter shows.
	MarkShown struct{}
	// ClearMarks clears all marks; asked again at once, it brings them back.
	ClearMarks struct{}
	// NextMark moves the cursor to the next marked row, or the one before.
	NextMark struct{ Back bool }
	// Narrow offers to show only, or not, what the row under the cursor is.
	Narrow struct{ Not bool }
	// SortMenu offers the columns to sort by.
	SortMenu struct{}
	// SortStep sorts by the next column to the right or left.
	SortStep struct{ By int }
	// GoView shows a view by its number.
	GoView struct{ Number int }
	// StepView shows the next view.
	StepView struct{}
	// LastView shows the view before this one.
	LastView struct{}
	// StepTab shows the next or previous tab of a detail.
	StepTab struct{ By int }
	// Saved offers the saved filters.
	Saved struct{}
	// SaveFilter keeps the filter under a letter.
	SaveFilter struct{}
	// Refresh reads the scope under the cursor again, or all of them.
	Refresh struct{ All bool }
	// Login logs in where a login has expired.
	Login struct{}
	// ChooseProfiles offers the profiles of the user's AWS files.
	ChooseProfiles struct{}
	// UsedBy tells who uses the image under the cursor.
	UsedBy struct{}
	// CostBasis tells what the image under the cursor costs, and on what basis.
	CostBasis struct{}
	// GroupBy offers what costs can be grouped by.
	GroupBy struct{}
	// Measure lists the blocks of the marked images' snapshots, or of the one under
	// the cursor, to know exactly what they cost.
	Measure struct{}
	// Stop asks what runs in the background to stop.
	Stop struct{}
	// Growth tells why costs differ from an earlier day's.
	Growth struct{}
	// Arming tells where deletions can be taken back.
	Arming struct{}
	// SetAside sets the reference under the cursor aside, or withdraws that.
	SetAside struct{}
	// Opine asks AWS itself what names the marked images, or the one under the cursor.
	Opine struct{}
	// Report lets AWS make usage reports of the marked images, or of the one under
	// the cursor.
	Report struct{}
	// Trail tells who did what to the image under the cursor.
	Trail struct{}
	// Deed does something to the marked images, or to the one under the cursor; Name
	// is what the command line calls it. It leads to a form or a review, never
	// straight to AWS.
	Deed struct{ Name string }
	// Lifecycle offers to deprecate and to disable, and the ways back.
	Lifecycle struct{}
	// Undo reviews what takes the run that is shown back, or the last one.
	Undo struct{}
	// Resume goes on with the run under the cursor, which was interrupted; Drop leaves
	// it as it is.
	Resume struct{}
	Drop   struct{}
	// Confirm says yes to what is reviewed, or opens the field for its phrase.
	Confirm struct{}
	// First says yes to the first images of what is reviewed only: then it waits. With
	// none it asks how many.
	First struct{ Images int }
	// Fold closes what is open, or opens what is closed.
	Fold struct{ Open bool }
	// Print shows what is reviewed as commands of the AWS CLI.
	Print struct{}
	// Save writes what is shown into a file.
	Save struct{}
	// CopyID puts the id under the cursor on the clipboard.
	CopyID struct{}
	// CopyMenu offers other forms of it: ARN, name, console address, CLI command.
	CopyMenu struct{}
	// Columns offers the columns to show.
	Columns struct{}
	// Complete takes the offered completion.
	Complete struct{}
	// Suspend hands the terminal back to the shell.
	Suspend struct{}
	// Quit leaves the program.
	Quit struct{}
	// Pick chooses a menu entry by its letter.
	Pick struct{ Letter string }
	// Click is a mouse click at a cell of the screen's area.
	Click struct{ X, Y int }
)

func (Move) intent()       {}
func (Page) intent()       {}
func (Jump) intent()       {}
func (Scroll) intent()     {}
func (Open) intent()       {}
func (Back) intent()       {}
func (Find) intent()       {}
func (Command) intent()    {}
func (Help) intent()       {}
func (Mark) intent()       {}
func (MarkRange) intent()  {}
func (MarkShown) intent()  {}
func (ClearMarks) intent() {}
func (NextMark) intent()   {}
func (Narrow) intent()     {}
func (SortMenu) intent()   {}
func (SortStep) intent()   {}
func (GoView) intent()     {}
func (StepView) intent()   {}
func (LastView) intent()   {}
func (StepTab) intent()    {}
func (Saved) intent()      {}
func (SaveFilter) intent() {}
func (Refresh) intent()    {}
func (Login) intent()      {}

func (ChooseProfiles) intent() {}
func (UsedBy) intent()         {}
func (SetAside) intent()       {}
func (CostBasis) intent()      {}
func (GroupBy) intent()        {}
func (Measure) intent()        {}
func (Growth) intent()         {}
func (Arming) intent()         {}
func (Stop) intent()           {}
func (Deed) intent()           {}
func (Lifecycle) intent()      {}
func (Undo) intent()           {}
func (Resume) intent()         {}
func (Drop) intent()           {}
func (Confirm) intent()        {}
func (First) intent()          {}
func (Fold) intent()           {}
func (Print) intent()          {}
func (Save) intent()           {}
func (Trail) intent()          {}
func (Opine) intent()          {}
func (Report) intent()         {}
func (CopyID) intent()         {}
func (CopyMenu) intent()       {}
func (Columns) intent()        {}
func (Complete) intent()       {}
func (Suspend) intent()        {}
func (Quit) intent()           {}
func (Pick) intent()           {}
func (Click) intent()          {}
