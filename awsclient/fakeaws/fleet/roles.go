package fleet

import "fmt"

// roleOf says what the i-th account is for.
func roleOf(i int) role {
	switch i {
	case 0:
		return role{share: 20, home: 0, lines: baseLines()}
	case 1:
		return role{share: 42, home: 0, lines: productionLines()}
	case 2:
		return role{share: 14, home: 0, lines: []line{
			{stem: "web-api", name: semver, newest: 131, machine: &linuxARM},
			{stem: "release-candidate", name: buildNumber, machine: ubuntuX86.sized(40)},
		}}
	case 3:
		return role{share: 10, home: 2, lines: []line{
			{stem: "dev-alice-test", name: gitHash, machine: &linuxX86},
			{stem: "ci-scratch", name: unixTime, machine: &linuxX86},
		}}
	case 4:
		return role{share: 14, home: 3, lines: dataLines()}
	default:
		return role{share: 3 + 20/i, home: i, lines: []line{{stem: stem(i), name: schemes[i%len(schemes)], machine: linuxARM.encrypted()}}}
	}
}

// everywhere is the spread of lines that are copied to all regions there are.
var everywhere = regionNames

func baseLines() []line {
	return []line{
		{stem: "acme-base-al2023", name: dottedDate, machine: linuxX86.encrypted(), spread: everywhere, shared: true},
		{stem: "acme-base-al2023-arm64", name: dottedDate, machine: linuxARM.encrypted(), spread: everywhere, shared: true},
		{stem: "acme-base-ubuntu-24.04", name: compactDate, machine: &ubuntuX86, shared: true},
		{stem: "eks-node-1.33", name: nodeDate, machine: linuxX86.sized(20), shared: true},
		{stem: "packer-ci-runner", name: unixTime, machine: ubuntuX86.sized(120)},
		{stem: "acme-base-win2022", name: dottedDate, machine: &windowsX86, shared: true},
		{stem: "acme-golden", name: pipeline, machine: rhelX86.encrypted(), perTags: imageBuilderTags},
	}
}

func productionLines() []line {
	return []line{
		{stem: "web-api", name: semver, newest: 126, machine: linuxARM.encrypted(), spread: everywhere},
		{stem: "orders-worker", name: plainVersion, machine: linuxARM.sized(30)},
		{stem: "eks-node-1.33", name: nodeDate, machine: linuxX86.sized(20)},
		{stem: "legacy-erp", name: backupName, machine: ubuntuX86.encrypted(), perTags: backupTags},
		{stem: "sql-erp", name: compactDate, machine: &sqlServer},
		{stem: "search-indexer", name: gitHash, machine: linuxX86.sized(60)},
	}
}

func dataLines() []line {
	return []line{
		{stem: "spark-worker", name: semver, machine: linuxX86.sized(100), spread: everywhere},
		{stem: "kafka-broker", name: clock, machine: &database},
		{stem: "postgres-16", name: lifecycleName, machine: &database, perTags: lifecycleTags},
	}
}

// backupName is how AWS Backup names images.
func backupName(_ string, b build) string {
	return fmt.Sprintf("AwsBackup_%s_%08x-%04x-4%03x-8%03x-%012x", backedUp(b).Instance(),
		b.hash>>32, b.hash>>16&0xffff, b.hash&0xfff, b.hash>>20&0xfff, b.hash&0xffffffffffff)
}

// backedUp is the instance that AWS Backup saves: five take turns.
func backedUp(b build) ID { return ID(0x0a11_b0c4_7e57_0000 + uint64(b.number%5)*0x1111_1357_9bdf) }

func backupTags(_ *generator, b build, at scoped) []Tag {
	arn := fmt.Sprintf("arn:aws:ec2:%s:%s:instance/%s", at.region, at.account, backedUp(b).Instance())
	return []Tag{{"aws:backup:source-resource", arn + ":" + fmt.Sprintf("%016x", b.hash)}}
}

// lifecycleName is how Data Lifecycle Manager names images.
func lifecycleName(_ string, b build) string {
	return fmt.Sprintf("DLM_%s_%s_%s", lifecyclePolicy, backedUp(b).Instance(), b.at.Format("2006-01-02T15:04:05.000Z"))
}

const lifecyclePolicy = "policy-0d1f5c9e8a7b6c5d4"

func lifecycleTags(_ *generator, _ build, at scoped) []Tag {
	return []Tag{
		{"aws:dlm:lifecycle-policy-id", lifecyclePolicy},
		{"aws:dlm:lifecycle-schedule-name", "daily"},
		{"aws:dlm:managed", "true"},
		{"aws:dlm:arn", fmt.Sprintf("arn:aws:dlm:%s:%s:policy/%s", at.region, at.account, lifecyclePolicy)},
	}
}

func imageBuilderTags(_ *generator, b build, at scoped) []Tag {
	arn := fmt.Sprintf("arn:aws:imagebuilder:%s:%s:image/acme-golden/1.0.%d/1", at.region, at.account, b.number)
	return []Tag{{"CreatedBy", "EC2 Image Builder"}, {"Ec2ImageBuilderArn", arn}}
}
