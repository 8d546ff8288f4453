//! By the ordinary clients of registries, each version pinned.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use nix::unistd::geteuid;

/// One try of a readiness question.
const ASK: Duration = Duration::from_secs(1);

/// For somebody else's package manager to end.
const LOCK_S_MAX: u32 = 300;

/// Its output is shown only if it fails.
pub fn run(command: &mut Command, missing: &str) -> Result<()> {
    told(command, missing).map(drop)
}

/// What it says on standard output.
pub fn told(command: &mut Command, missing: &str) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("`{program}` is needed: {missing}"))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        bail!("`{program}` failed:\n{}", lines[lines.len().saturating_sub(20)..].join("\n"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// One at a time over all processes of this user: engines install side by side, and the package manager waits for nobody.
pub fn turn() -> Result<File> {
    let path = std::env::temp_dir().join(format!("svetu-packages-{}.lock", geteuid()));
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("{}", path.display()))?;
    file.lock().with_context(|| format!("{}", path.display()))?;
    Ok(file)
}

/// Debian's packages that are not here yet, in its own names; `is_there` is asked again once nobody else installs.
pub fn debian(packages: &[&str], is_there: impl Fn() -> bool, missing: &str) -> Result<()> {
    let _turn = turn()?;
    if is_there() {
        return Ok(());
    }
    ensure!(geteuid().is_root(), "{missing} is needed, and only root can install {}", packages.join(", "));
    run(Command::new("apt-get").args(["update", "-qq"]), missing)?;
    let mut command = Command::new("apt-get");
    command.args([
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        "-o",
        &format!("DPkg::Lock::Timeout={LOCK_S_MAX}"),
    ]);
    run(command.args(packages).env("DEBIAN_FRONTEND", "noninteractive"), missing)?;
    ensure!(is_there(), "{missing} is needed, and {} did not bring it", packages.join(", "));
    Ok(())
}

/// The archive that this machine installs Debian from: another release of it lies beside.
pub fn debian_archive() -> Result<String> {
    let output = Command::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"])
        .stdin(Stdio::null())
        .output()
        .context("Debian's apt-get is needed")?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let archive = told.lines().find_map(|line| line.strip_suffix(" Debian"));
    Ok(archive.context("no archive of Debian is among this machine's sources; `apt-get update` once")?.to_owned())
}

/// An artefact of Maven, `group:artifact:version`.
fn dependency(coordinates: &str) -> Result<String> {
    let parts: Vec<&str> = coordinates.split(':').collect();
    let [group, artifact, version] = parts[..] else { bail!("{coordinates}: expected group:artifact:version") };
    Ok(format!(
        "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>\n"
    ))
}

/// All jars that these need, into `folder`.
pub fn maven(folder: &Path, artefacts: &[&str]) -> Result<()> {
    let dependencies = artefacts.iter().map(|artefact| dependency(artefact)).collect::<Result<String>>()?;
    let pom = folder.with_extension("pom.xml");
    fs::write(
        &pom,
        format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
             <groupId>rs.svetu</groupId><artifactId>engine</artifactId><version>1</version>\n  <dependencies>\n{dependencies}  \
             </dependencies>\n</project>\n"
        ),
    )?;
    let mut command = Command::new("mvn");
    command.args(["--quiet", "--batch-mode", "-f"]).arg(&pom);
    command.arg("org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies");
    command.arg("-DincludeScope=runtime").arg(format!("-DoutputDirectory={}", folder.display()));
    run(&mut command, "Maven 3 (Debian: apt-get install maven default-jdk-headless)")?;
    fs::remove_file(&pom)?;
    ensure!(fs::read_dir(folder)?.next().is_some(), "Maven copied nothing");
    Ok(())
}

/// What is said to be needed where there is no `go`.
pub const GO: &str = "Go 1.24 or later";

/// `go` with sources and objects of its own in `build`.
pub fn go(build: &Path) -> Command {
    let mut command = Command::new("go");
    command.env("GOPATH", build.join("path")).env("GOCACHE", build.join("cache"));
    // Else nobody could remove the sources.
    command.env("GOFLAGS", "-modcacherw");
    command
}

/// `java` with the jars of `folder`.
pub fn java(folder: &Path, heap_mb: u32) -> Command {
    let mut command = Command::new("java");
    command.arg(format!("-Xmx{heap_mb}m")).arg(format!("-Xms{}m", heap_mb / 4)).arg("-XX:+UseSerialGC");
    command.arg("-cp").arg(format!("{}/*:{}", folder.display(), folder.parent().unwrap_or(folder).display()));
    command
}

/// What a service on the loopback answers; none while it answers nothing.
pub fn ask(port: u16, question: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ASK).ok()?;
    stream.set_read_timeout(Some(ASK)).ok()?;
    stream.write_all(question.as_bytes()).ok()?;
    let mut answer = vec![0; 512];
    let length = stream.read(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer[..length]).into_owned())
}

/// True when a GET of the path answers 200.
pub fn answers(port: u16, path: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    ask(port, &request).is_some_and(|answer| answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.0 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_three_parts() {
        assert!(dependency("a.b:c:1").is_ok_and(|xml| xml.contains("<artifactId>c</artifactId><version>1</version>")));
        assert!(dependency("a.b:c").is_err());
    }

    #[test]
    fn what_is_missing_and_what_failed_are_named() {
        let missing = run(&mut Command::new("svetu-no-such-program"), "install it by hand").unwrap_err();
        assert!(format!("{missing:#}").contains("install it by hand"));
        let failed = run(Command::new("sh").args(["-c", "echo why >&2; exit 3"]), "").unwrap_err();
        assert!(failed.to_string().contains("why"));
    }
}
